// What a restore in the place of a database has left: which of the two is in place, until when the other is kept, and the undo.
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { Link } from "wouter"
import type { Restore } from "../../../../schemas/restore.ts"
import type { Swap } from "../../../../schemas/swap.ts"
import { Button } from "../../components/button.tsx"
import { Section } from "../../components/page.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Tick } from "../../components/tick.tsx"
import { Time } from "../../components/time.tsx"
import { backupPath } from "../../lib/paths.ts"
import { undoSwap } from "../../lib/queries/restores.ts"

interface Props {
  readonly restore: Restore
  readonly swap: Swap
}

export function SwapSection({ restore: { id, targetDatabase: name }, swap }: Props) {
  return (
    <Section title="What was replaced">
      <div className="max-w-prose space-y-3 pt-3 text-sm">
        <p>{standing(name, swap)}</p>
        {swap.state === "kept" && (
          <>
            <p>
              The other one is kept as <strong className="font-semibold">{swap.keptName}</strong> until{" "}
              <Time at={swap.keptUntil} zone focusable />; then it is dropped.
            </p>
            <Undo id={id} name={name} inPlace={swap.inPlace} />
          </>
        )}
        {swap.safetyBackupId && (
          <p>
            It was backed up before:{" "}
            <Link href={backupPath(swap.safetyBackupId)} className="link">
              the safety backup
            </Link>
          </p>
        )}
        {swap.problem && (
          <p role="alert" className="text-bad">
            {swap.problem.message}. {swap.problem.hint}
          </p>
        )}
      </div>
    </Section>
  )
}

function standing(name: string, swap: Swap): string {
  switch (swap.state) {
    case "beside":
      return `Nothing: ${name} is what it was.`
    case "exchanging":
      return `Which database is ${name} now is found out at the next look at the server.`
    case "kept":
      return `${name} is ${inWords(swap.inPlace)}.`
    case "gone":
      return `${name} is ${inWords(swap.inPlace)}. The other one is dropped: nothing can be undone.`
  }
}

const inWords = (inPlace: "old" | "restored") =>
  inPlace === "restored" ? "the restored database" : "what it was before the restore"

/** Asks once more: what was written since is then in the one that is put aside. */
function Undo({
  id,
  name,
  inPlace,
}: {
  readonly id: string
  readonly name: string
  readonly inPlace: "old" | "restored"
}) {
  const [asked, setAsked] = useState(false)
  const [endConnections, setEndConnections] = useState(false)
  const undo = useMutation({ ...undoSwap, onSuccess: () => setAsked(false) })
  const word = inPlace === "restored" ? "Undo" : "Swap back"
  if (!asked) return <Button onClick={() => setAsked(true)}>{word}…</Button>
  return (
    <div className="space-y-3 border-y border-line py-3">
      <p>
        {name} becomes {inWords(inPlace === "restored" ? "old" : "restored")} again. What was written to it
        since is in the other one then, which is kept as long again.
      </p>
      <Tick checked={endConnections} onChange={setEndConnections}>
        End its connections; without that, it is refused while there are any
      </Tick>
      {undo.error && <Refusal what="Not undone" error={undo.error} />}
      <div className="flex gap-2">
        <Button onClick={() => setAsked(false)}>Leave it</Button>
        <Button disabled={undo.isPending} onClick={() => undo.mutate({ id, endConnections })}>
          {word} {name}
        </Button>
      </div>
    </div>
  )
}
