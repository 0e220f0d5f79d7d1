// The text of a settings file → maps, lists and scalars as text, with the line and column of each. What they mean is core's.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml"
import type { FileMistake } from "../../schemas/settings-view.ts"
import { isTreeMap, type Tree } from "../core/setting-tree.ts"

export interface Place {
  readonly line: number
  readonly column: number
}
export type Parsed =
  | {
      readonly kind: "good"
      readonly tree: Tree
      /** Of a key, or of what stands behind it; where there is no such key, of what it would stand in. */
      readonly place: (path: readonly (string | number)[], at: "key" | "value") => Place
    }
  | { readonly kind: "bad"; readonly mistakes: readonly FileMistake[] }

// Far more than any settings need: aliases of aliases grow without end.
const mostNodes = 10_000
const deepest = 20

export function parseYaml(text: string): Parsed {
  const lines = new LineCounter()
  // Keys given twice are found below: the library takes the square of their number.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const mistakes: FileMistake[] = [...document.errors, ...document.warnings].map((error) => ({
    ...place(error.pos[0]),
    key: "",
    message: sentencePart(error.message),
    hint: null,
  }))
  if (mistakes.length > 0) return { kind: "bad", mistakes }

  const keys = new Map<string, number>()
  const values = new Map<string, number>()
  const above = new Set<Node>()
  let nodes = 0

  const wrong = (node: Node, key: string, message: string) => {
    mistakes.push({ ...place(node.range?.[0] ?? 0), key, message, hint: null })
    return undefined
  }

  /** Undefined for nothing (`key:` alone), and for what is wrong. */
  const read = (node: Node | null | undefined, path: string): Tree | undefined => {
    nodes += 1
    if (!node || (mistakes.length > 0 && nodes > mostNodes)) return undefined
    if (nodes > mostNodes) return wrong(node, path, `more than ${mostNodes} values, aliases counted`)
    values.set(path, node.range?.[0] ?? 0)
    if (isAlias(node)) {
      const target = node.resolve(document)
      if (!target) return wrong(node, path, `there is no anchor &${node.source} before this`)
      if (above.has(target)) return wrong(node, path, `&${node.source} holds itself`)
      const tree = read(target, path)
      // Where it is used is where people look.
      values.set(path, node.range?.[0] ?? 0)
      return tree
    }
    if (isScalar(node)) return scalarText(node.value, node.source)
    if (above.size > deepest) return wrong(node, path, "nested too deeply")
    above.add(node)
    const tree = isMap(node)
      ? readMap(node.items, path)
      : isSeq(node)
        ? readList(node.items, path)
        : undefined
    above.delete(node)
    return tree
  }

  const readList = (items: readonly unknown[], path: string): Tree =>
    items.map((item, i) => read(item as Node, below(path, i)) ?? "")

  const readMap = (
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    path: string,
  ): Tree => {
    const map: Record<string, Tree> = Object.create(null)
    const given = new Set<string>()
    const merged: Tree[] = []
    for (const { key, value } of items) {
      const keyNode = key as Node
      const name = isScalar(keyNode) ? scalarText(keyNode.value, keyNode.source) : undefined
      if (name === undefined || name === "__proto__") {
        wrong(keyNode, path, "this cannot be a key")
        continue
      }
      const tree = read(value as Node | null, below(path, name))
      if (name === "<<") {
        if (tree !== undefined) merged.push(...(Array.isArray(tree) ? tree : [tree]))
        continue
      }
      if (given.has(name)) wrong(keyNode, below(path, name), "is given twice")
      given.add(name)
      keys.set(below(path, name), keyNode.range?.[0] ?? 0)
      if (tree !== undefined) map[name] = tree
    }
    return withMerged(map, merged)
  }

  const tree = read(document.contents, "") ?? {}
  if (mistakes.length > 0) return { kind: "bad", mistakes }
  return {
    kind: "good",
    tree,
    place(path, at) {
      let name = path.join(".")
      const own = (at === "key" ? keys.get(name) : undefined) ?? values.get(name)
      if (own !== undefined) return place(own)
      while (name.includes(".")) {
        name = name.slice(0, name.lastIndexOf("."))
        const outer = keys.get(name) ?? values.get(name)
        if (outer !== undefined) return place(outer)
      }
      return place(0)
    },
  }
}

const below = (path: string, step: string | number) => (path === "" ? String(step) : `${path}.${step}`)

/** As it was written: `0o10` and `1_000` are not for us to read. */
function scalarText(value: unknown, source: string | undefined): string | undefined {
  if (value === null || value === undefined) return undefined
  return typeof value === "string" ? value : (source ?? String(value))
}

/** Keys of the map go before those merged into it by `<<`, earlier ones of these before later. */
function withMerged(map: Readonly<Record<string, Tree>>, merged: readonly Tree[]): Tree {
  const all: Record<string, Tree> = Object.create(null)
  for (const other of [...merged].reverse()) if (isTreeMap(other)) Object.assign(all, other)
  return Object.assign(all, map)
}

/** The library's sentences begin with a capital and may end with a full stop. */
function sentencePart(message: string): string {
  const text = message.replace(/\s+/g, " ").replace(/\.$/, "").slice(0, 200)
  return `not YAML: ${text.charAt(0).toLowerCase()}${text.slice(1)}`
}
