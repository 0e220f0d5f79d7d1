// A service of a compose file, as far as labels go: what compose makes of their text, and what it would refuse.

type Environment = Readonly<Record<string, string | undefined>>

export interface Service {
  readonly labels?: unknown
  readonly image?: unknown
  readonly scale?: unknown
  readonly deploy?: { readonly labels?: unknown; readonly replicas?: unknown } | null
}

export interface ComposeLabels {
  readonly labels: Readonly<Record<string, string>>
  /** Labels that compose takes no value of, by key, with what is wrong. */
  readonly refused: ReadonlyMap<string, string>
}

/** Both forms compose knows: a map, or a list of `key=value`. */
export function readLabels(value: unknown, env: Environment): ComposeLabels {
  const refused = new Map<string, string>()
  const pairs = Array.isArray(value)
    ? value.flatMap((item) => listed(item, refused))
    : Object.entries(typeof value === "object" && value !== null ? value : {}).flatMap(([key, text]) =>
        mapped(key, text, refused),
      )
  return {
    labels: Object.fromEntries(pairs.map(([key, text]) => [key, interpolated(text, env)])),
    refused,
  }
}

type Pairs = readonly (readonly [string, string])[]

function listed(item: unknown, refused: Map<string, string>): Pairs {
  if (typeof item === "object" && item !== null) {
    for (const key of Object.keys(item))
      refused.set(
        key,
        `a list of labels takes texts: write - ${key}=… with an equals sign, or leave out the dash`,
      )
    return []
  }
  const text = String(item)
  const equals = text.indexOf("=")
  return [equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)]]
}

function mapped(key: string, value: unknown, refused: Map<string, string>): Pairs {
  if (typeof value !== "object" || value === null) return [[key, String(value ?? "")]]
  refused.set(
    key,
    Array.isArray(value)
      ? `compose takes no list as a label: put it in quotes, '${JSON.stringify(value)}'`
      : "compose takes no map as a label: write the whole key in one line, with a text",
  )
  return []
}

/** As compose does it: `$$` is a `$`, `$NAME` and `${NAME}` are replaced, `${NAME:-default}` has a default. */
export function interpolated(text: string, env: Environment): string {
  const reference = /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?)([-+?])([^}]*))?\})/g
  return text.replace(reference, (whole, plain, braced, colon, operator, word: string | undefined) => {
    if (whole === "$$") return "$"
    const value = env[plain ?? braced]
    const given = value !== undefined && !(colon && value === "")
    if (operator === "+") return given ? (word ?? "") : ""
    return given ? value : operator === "-" ? (word ?? "") : ""
  })
}

/** How many containers of the service there will be. */
export function replicasOf({ scale, deploy }: Service): number {
  return Number(scale ?? deploy?.replicas ?? 1)
}
