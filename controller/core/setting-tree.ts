// The settings file as maps, lists and text, and the forms that people may write put into the one that is checked.

/** Scalars are text, as they were written; what says nothing (`key:` alone) is left out. */
export type Tree = string | readonly Tree[] | TreeMap
export interface TreeMap {
  readonly [key: string]: Tree
}

/** Without the top-level keys `x-…`, which hold anchors as in compose files, and with flat defaults for labels. */
export function settledTree(file: Tree): Tree {
  if (!isTreeMap(file)) return file
  const entries = Object.entries(file).filter(([key]) => !key.startsWith("x-"))
  return Object.fromEntries(
    entries.map(([key, value]) => [key, key === "defaults" && isTreeMap(value) ? flat(value) : value]),
  )
}

/** `hooks: {pre: […]}` becomes `hooks.pre`, and a list the JSON array that labels take. */
function flat(tree: TreeMap): TreeMap {
  const entries = (map: TreeMap, prefix: string): readonly (readonly [string, string])[] =>
    Object.entries(map).flatMap(([key, value]) => {
      if (isTreeMap(value)) return entries(value, `${prefix}${key}.`)
      return [[prefix + key, typeof value === "string" ? value : JSON.stringify(value)] as const]
    })
  return Object.fromEntries(entries(tree, ""))
}

export function isTreeMap(tree: Tree | undefined): tree is TreeMap {
  return typeof tree === "object" && !Array.isArray(tree)
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(tree: Tree, path: readonly string[]): Tree | undefined {
  return path.reduce<Tree | undefined>((inner, key) => {
    return isTreeMap(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined
  }, tree)
}
