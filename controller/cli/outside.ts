// `dbbackup servers add | test | remove`: servers outside Docker, and whether a server answers.
import { readFileSync } from "node:fs"
import type { z } from "zod"
import type { ServerDetail } from "../../schemas/api.ts"
import { addDatabases, deleteDatabases, listServers, testConnection } from "../../schemas/api.ts"
import type { Connection } from "../../schemas/kept-server.ts"
import { Fault, inFull } from "../core/fault.ts"
import type { Call } from "./client.ts"

export const outsideOptions = {
  type: { type: "string" },
  host: { type: "string" },
  port: { type: "string" },
  user: { type: "string" },
  "password-from": { type: "string" },
  "password-variable": { type: "string" },
  tls: { type: "string" },
  ca: { type: "string" },
  label: { type: "string", multiple: true },
  "no-check": { type: "boolean" },
} as const

export type OutsideValues = {
  readonly [Key in keyof typeof outsideOptions]?:
    | (Key extends "label" ? readonly string[] : Key extends "no-check" ? boolean : string)
    | undefined
}

/** What came of it, in lines. A server that does not answer makes the exit code 1. */
export async function outside(
  call: Call,
  verb: string,
  nameOf: () => string,
  values: OutsideValues,
): Promise<string> {
  if (!["add", "test", "remove"].includes(verb))
    throw new Fault("request-invalid", `what to do with ${verb} is not clear`, {
      hint: "dbbackup --help lists the commands.",
    })
  const name = nameOf()
  if (verb === "add") return addServer(call, name, values)
  if (verb === "remove") return removeServer(call, name)
  const { text, answers } = await testServer(call, name)
  if (!answers) process.exitCode = 1
  return text
}

/** What was added, with its databases, in lines. */
async function addServer(call: Call, name: string, values: OutsideValues): Promise<string> {
  const { "password-from": from, "password-variable": passwordVariable, ca } = values
  const { data } = await call(addDatabases, {
    // What is missing or wrong is the API's to say: it has the words for it.
    body: {
      name,
      ...given({ type: values.type, host: values.host, user: values.user, passwordVariable }),
      ...(values.port !== undefined && { port: Number(values.port) }),
      ...(from !== undefined && { password: textOf(from).replace(/\r?\n$/, "") }),
      ...((values.tls !== undefined || ca !== undefined) && {
        tls: { ...given({ mode: values.tls }), ...(ca !== undefined && { ca: textOf(ca) }) },
      }),
      labels: Object.fromEntries((values.label ?? []).map(labelOf)),
      check: !values["no-check"],
    } as unknown as z.input<typeof addDatabases.body>,
  })
  return added(data)
}

function added({ name, why, databases }: ServerDetail): string {
  const names = databases.map((database) => `${name}/${database.name}`)
  return `${name}: ${why}${names.length > 0 ? `\n${names.join("\n")}` : ""}`
}

/** Whether it answered, and what that was or why not, in lines. */
async function testServer(
  call: Call,
  name: string,
): Promise<{ readonly text: string; readonly answers: boolean }> {
  const { data } = await call(testConnection, { params: { id: await idOf(call, name) } })
  return { text: `${name}: ${connectionInWords(data)}`, answers: data.state === "up" }
}

function connectionInWords(connection: Connection): string {
  const time = `${(connection.milliseconds / 1000).toFixed(1)} s`
  if (connection.state === "down") return `does not answer (${time})\n${inFull(connection.problem)}`
  const { engine, serverVersion, tool, toolVersion, databases, readsAll, warnings, tls } = connection
  const encryption =
    tls === null
      ? "not encrypted"
      : `${tls.version}, certificate ${tls.certificateChecked ? "" : "not "}checked`
  return [
    `answers (${time}): ${engine} ${serverVersion}, by ${tool} ${toolVersion}; ${encryption}`,
    `databases: ${databases.join(", ") || "none"}`,
    `the account ${readsAll ? "may read everything" : "may not read everything"}`,
    ...warnings,
  ].join("\n")
}

/** That it is removed, in a line. */
async function removeServer(call: Call, name: string): Promise<string> {
  await call(deleteDatabases, { params: { id: await idOf(call, name) } })
  return `${name}: removed. Its history and backups stay`
}

async function idOf(call: Call, name: string): Promise<string> {
  const { data } = await call(listServers)
  return data.find((server) => server.name === name || server.id === name)?.id ?? name
}

function labelOf(text: string): readonly [string, string] {
  const at = text.indexOf("=")
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new Fault("request-invalid", `--label ${text} has no value`, {
    hint: "Write it without the labels' prefix: --label schedule=hourly.",
  })
}

/** `-`: the standard input. */
function textOf(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8")
  } catch (cause) {
    throw new Fault("request-invalid", `${path} cannot be read: ${(cause as Error).message}`, {
      hint: "Name a file, or - for the standard input.",
      cause,
    })
  }
}

const given = (values: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
