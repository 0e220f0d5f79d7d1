// `dbbackup lint compose.yaml`: the same reading of labels as the controller's, before anything is started.
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml"
import { Fault } from "../core/fault.ts"
import { parseLabels } from "../core/labels.ts"

export interface Finding {
  readonly service: string
  readonly line: number
  readonly message: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Every mistake in the labels of every service. Throws a Fault when the text is no compose file.
 * @param env what compose would put in the place of `${NAME}`
 */
export function lintCompose(text: string, prefix: string, env: Environment): readonly Finding[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true })
  const [error] = document.errors
  if (error)
    throw new Fault("request-invalid", `not YAML: ${error.message.split("\n")[0]}`, {
      hint: "Correct the file and try again.",
    })
  const services = document.get("services", true)
  if (!isMap(services))
    throw new Fault("request-invalid", "the file has no services", { hint: "Name a compose file." })
  const values = valuesOf(document)
  return services.items.flatMap((item) => {
    if (!isPair(item)) return []
    const service = String(item.key)
    const node = isAlias(item.value) ? item.value.resolve(document) : item.value
    if (!isMap(node)) return []
    const labels = labelsOf(values[service]?.labels, env)
    const parsed = parseLabels(labels, prefix, false)
    if (parsed.kind !== "bad" && parsed.kind !== "not-enabled") return []
    return parsed.problems.map((problem) => ({
      service,
      line: lineOf(node, problem.key, lines),
      message: `${problem.message}${problem.hint ? `. ${problem.hint}` : ""}`,
    }))
  })
}

type Services = Readonly<Record<string, { readonly labels?: unknown } | null>>

/** The services with their anchors and merges resolved. */
function valuesOf(document: Document): Services {
  try {
    return (document.toJS({ maxAliasCount: 1000 }) as { services: Services }).services
  } catch (cause) {
    throw new Fault(
      "request-invalid",
      `not YAML: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: "Correct the file and try again.",
        cause,
      },
    )
  }
}

/** Both forms compose knows: a map, or a list of `key=value`. */
function labelsOf(value: unknown, env: Environment): Record<string, string> {
  const pairs: [string, unknown][] = Array.isArray(value)
    ? value
        .map(String)
        .map((text) => [
          text.split("=", 1)[0] ?? "",
          text.includes("=") ? text.slice(text.indexOf("=") + 1) : "",
        ])
    : Object.entries((value ?? {}) as Record<string, unknown>)
  return Object.fromEntries(pairs.map(([key, text]) => [key, interpolated(String(text ?? ""), env)]))
}

/** As compose does it: `$$` is a `$`, `$NAME` and `${NAME}` are replaced, `${NAME:-default}` has a default. */
function interpolated(text: string, env: Environment): string {
  const reference = /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?)([-+?])([^}]*))?\})/g
  return text.replace(reference, (whole, plain, braced, colon, operator, word: string | undefined) => {
    if (whole === "$$") return "$"
    const value = env[plain ?? braced]
    const given = value !== undefined && !(colon && value === "")
    if (operator === "+") return given ? (word ?? "") : ""
    return given ? value : operator === "-" ? (word ?? "") : ""
  })
}

function lineOf(service: YAMLMap, key: string | null, lines: LineCounter): number {
  const labels = service.get("labels", true)
  const nodes: Node[] = []
  if (isMap(labels))
    nodes.push(
      ...labels.items
        .filter((item): item is Pair<Scalar> => isPair(item) && isScalar(item.key))
        .map((item) => item.key),
    )
  if (isSeq(labels)) nodes.push(...(labels as YAMLSeq).items.filter(isScalar))
  const node = nodes.find(
    (candidate) =>
      isScalar(candidate) &&
      key !== null &&
      (candidate.value === key || String(candidate.value).startsWith(`${key}=`)),
  )
  const offset = (node ?? (labels as Node | undefined) ?? service).range?.[0] ?? 0
  return lines.linePos(offset).line
}
