// docs/faults.md, made of the fault matrix that the tests hold to be true.
import { meaningOf, type NextStep } from "../../schemas/errors.ts"
import { type FaultRow, faultRows } from "../faults/matrix.ts"

const nexts: Readonly<Record<NextStep, string>> = {
  retry: "tried again soon",
  "next-run": "waits for the next run",
  "until-config-changes": "waits for a change by a person",
  "stop-and-alert": "tried again; nothing is pruned until it works",
}

const cell = (text: string) => text.replaceAll("|", "\\|")

function line({ fault, outcome, code, hint, file, title }: FaultRow): string {
  const said = code === null ? "" : `\`${code}\`, ${nexts[meaningOf(code).next]}`
  const advice = hint === "" ? "" : `“… ${hint} …”`
  return `| ${cell(fault)} | ${cell(outcome)} | ${said} | ${cell(advice)} | [… ${cell(title)} …](../${file}) |`
}

export function faultsDocument(): string {
  return `# What can go wrong, and how it ends

Made from [test/faults/matrix.ts](../test/faults/matrix.ts) by \`bun run docs\`. Each row is a test on real servers, a real engine and a real store, and what the table says of code and hint is what the test asks for; where a fault can show in more than one way, it names the usual one. After each of them no tool is left running in the container, nothing half-made is kept, and the last good backup is as it was: it is restored, and every row compared; of a copy that is damaged long after its backup, the hash of the healed one is. The disk whose \`fsync\` fails is made by answering the file system's calls inside the controller; an engine that is restarted, by a proxy in front of its socket that drops and refuses everything for a while; what a store answers, by a proxy in front of a real one.

| What goes wrong | What happens | Code, and then | Hint | Test |
|---|---|---|---|---|
${Object.values(faultRows).map(line).join("\n")}
`
}
