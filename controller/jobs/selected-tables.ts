// The tables that a restore was asked for: how they are taken out of the dump, and what is expected afterwards.
import type { DatabaseFacts } from "../../schemas/manifest.ts"
import { subjectName } from "../core/key.ts"
import { expectedFrom } from "../core/restorable-part.ts"
import { fingerprintOf, isEverything, type Selected, type Selection } from "../core/selection.ts"
import { requireSelectable } from "../core/selection-plan.ts"
import type { RestorableManifest } from "../core/source-as-backup.ts"
import type { EngineRules } from "../engines/engine.ts"
import type { Selecting } from "../engines/selecting.ts"
import type { Comparable } from "./compare-restored.ts"

/** What takes them out of the dump; null when all of it is wanted. Throws a Fault, `restore-unsupported`, where that cannot be done. */
export function selectingOf(
  rules: EngineRules,
  manifest: RestorableManifest,
  selection: Selection,
): Selecting | null {
  if (
    isEverything(selection) ||
    (selection.content === manifest.part?.content && selection.tables === undefined)
  )
    return null
  requireSelectable(manifest, selection)
  return rules.selecting(selection, manifest.format, subjectName(manifest.subject))
}

/** What a database must be like that only the selection was restored into. */
export function expectedOf(
  manifest: RestorableManifest,
  selection: Selection,
  selected: Selected | null,
): { readonly facts: DatabaseFacts; readonly compared: Comparable & Pick<RestorableManifest, "reading"> } {
  const facts = expectedFrom(manifest)
  if (selected === null) return { facts, compared: manifest }
  const { engine, fingerprint } = manifest
  const isSchema = selection.content === "schema"
  const ofThese = fingerprint && {
    ...fingerprintOf(fingerprint, selected),
    // That there are no rows is known for certain.
    ...(isSchema ? { level: "exact" as const, sameSnapshot: true } : {}),
  }
  return {
    facts: { ...facts, tables: selected.tables.size },
    compared: {
      engine,
      ...(ofThese ? { fingerprint: ofThese } : {}),
      isPart: selection.tables !== undefined,
    },
  }
}
