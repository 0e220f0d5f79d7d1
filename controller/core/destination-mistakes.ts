// What is wrong with the operator's destinations beside each one's own form: two that are one place.
import type { z } from "zod"
import { type BucketPlace, DestinationPlace, type FolderPlace } from "../../schemas/destination.ts"
import type { SettingMistake } from "./setting-mistakes.ts"
import { isTreeMap, type Tree, valueAt } from "./setting-tree.ts"

type PlaceOnly =
  | Pick<z.output<typeof FolderPlace>, "type" | "path">
  | (Pick<z.output<typeof BucketPlace>, "type" | "bucket" | "prefix"> & {
      readonly endpoint?: string | null | undefined
    })

/** Names of every destination that the settings define, in the order in which jobs that name none use them. */
export function destinationNames(tree: Tree): readonly string[] {
  const named = valueAt(tree, ["destinations"])
  const bucket = valueAt(tree, ["s3", "bucket"]) === undefined ? [] : ["s3"]
  return ["local", ...bucket, ...Object.keys(isTreeMap(named) ? named : {})]
}

/** Of places that are right each by itself: in one and the same place, a backup's copies would be one copy. */
export function mistakesInDestinations(tree: Tree, storagePath: string): readonly SettingMistake[] {
  const named = valueAt(tree, ["destinations"])
  const s3 = valueAt(tree, ["s3"])
  const own = DestinationPlace.safeParse({ type: "s3", ...(isTreeMap(s3 ?? "") ? (s3 as object) : {}) }).data
  const taken = new Map([[placeText({ type: "local", path: storagePath }), "local"]])
  if (own) taken.set(placeText(own), "s3")
  const mistakes: SettingMistake[] = []
  for (const [name, place] of Object.entries(isTreeMap(named) ? named : {})) {
    const parsed = DestinationPlace.safeParse(place).data
    if (!parsed) continue
    const text = placeText(parsed)
    const other = taken.get(text)
    taken.set(text, other ?? name)
    if (other === undefined) continue
    mistakes.push({
      from: "file",
      path: ["destinations", name, parsed.type === "local" ? "path" : "bucket"],
      at: "value",
      message: `is the same place as the destination ${other}`,
      hint: "Two copies in one place are one copy. Give it a place of its own.",
    })
  }
  return mistakes
}

/** Equal for two that write into one place. */
export function placeText(place: PlaceOnly): string {
  if (place.type === "local") return `folder ${place.path.replace(/\/+$/, "")}`
  const { endpoint, bucket, prefix } = place
  return `bucket ${endpoint?.replace(/\/+$/, "") ?? "aws"} ${bucket} ${prefix ?? ""}`
}
