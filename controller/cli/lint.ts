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
import type { Problem } from "../../schemas/errors.ts"
import { PolicyName } from "../../schemas/retention.ts"
import { Fault, inFull } from "../core/fault.ts"
import { strayLabels } from "../core/label-strays.ts"
import { type JobSpec, noWords, parseLabels } from "../core/labels.ts"
import { notInForce } from "../core/not-in-force.ts"
import { guessEngine } from "../engines/detect.ts"
import { interpolated, readLabels, replicasOf, type Service } from "./compose-labels.ts"

export interface Finding {
  readonly service: string
  readonly line: number
  readonly message: string
  /** A `mistake` keeps the controller from doing what is asked; a `note` is worth knowing. */
  readonly kind: "mistake" | "note"
}

type Environment = Readonly<Record<string, string | undefined>>
type Remark = Pick<Finding, "message" | "kind"> & { readonly key: string | null }

/**
 * What the controller would say of the labels of every service, and what compose would. What only the operator's settings
 * tell, names of destinations, policies and keys, is not checked. Throws a Fault when the text is no compose file.
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
  const owners = new Map<string, string>()
  return services.items.flatMap((item) => {
    if (!isPair(item)) return []
    const service = String(item.key)
    const node = isAlias(item.value) ? item.value.resolve(document) : item.value
    if (!isMap(node)) return []
    const remarks = remarksOn(values[service] ?? {}, prefix, env, (id) => {
      const owner = owners.get(id)
      if (owner === undefined) owners.set(id, service)
      return owner
    })
    return remarks.map(({ key, ...remark }) => ({ service, line: lineOf(node, key, lines), ...remark }))
  })
}

/** @param claim takes an identity for the service, or says which other service has it */
function remarksOn(
  service: Service,
  prefix: string,
  env: Environment,
  claim: (id: string) => string | undefined,
): readonly Remark[] {
  const { labels, refused } = readLabels(service.labels, env)
  const remarks: Remark[] = [...refused]
    .filter(([key]) => key.startsWith(`${prefix}.`))
    .map(([key, message]) => ({ key, message: `${key}: ${message}`, kind: "mistake" }))
  const elsewhere = Object.keys(readLabels(service.deploy?.labels, env).labels).find((key) =>
    key.startsWith(`${prefix}.`),
  )
  if (elsewhere !== undefined) {
    const message = `${elsewhere}: labels under deploy are not the container's, and are not seen. Write it under labels`
    remarks.push({ key: null, message, kind: "mistake" })
  }
  remarks.push(...strayLabels(labels, prefix).map((problem) => remark(problem, "mistake")))
  const parsed = parseLabels(labels, prefix, false, { ...noWords, policies: null })
  if (parsed.kind === "bad" || parsed.kind === "not-enabled")
    return [...remarks, ...parsed.problems.map((problem) => remark(problem, "mistake"))]
  if (parsed.kind !== "good") return remarks
  const image = typeof service.image === "string" ? interpolated(service.image, env) : ""
  const notes = notInForce(parsed.jobs, parsed.server.type ?? guessEngine(image, [], []))
  return [
    ...remarks,
    ...identityRemarks(parsed.server.id, replicasOf(service), prefix, claim),
    ...policyRemarks(parsed.jobs),
    ...keyRemarks(parsed.jobs),
    ...notes.map((problem) => remark(problem, "note")),
  ]
}

/** A retention that is one word may be a mistake, or a policy's name: only the operator's settings tell. */
function policyRemarks(jobs: readonly JobSpec[]): readonly Remark[] {
  const names = new Map<string, string>()
  for (const { settings, writtenAs } of jobs) {
    const { value } = settings.find(({ key }) => key === "retention") ?? { value: "" }
    if (PolicyName.safeParse(value).success && writtenAs.retention) names.set(writtenAs.retention, value)
  }
  return [...names].map(([key, name]) => ({
    key,
    message: `${key}: the operator's settings must define a retention policy named ${name}, which is not checked here`,
    kind: "note",
  }))
}

/** Each name once, whichever jobs use it. */
function keyRemarks(jobs: readonly JobSpec[]): readonly Remark[] {
  const names = new Map<string, string>()
  for (const { labels, writtenAs } of jobs)
    if (labels.encrypt !== "none" && writtenAs.encrypt) names.set(writtenAs.encrypt, labels.encrypt)
  return [...names].map(([key, name]) => ({
    key,
    message: `${key}: the operator's settings must define an encryption key named ${name}, which is not checked here`,
    kind: "note",
  }))
}

function remark({ key, message, hint }: Problem, kind: Finding["kind"]): Remark {
  return { key, message: inFull({ message, hint }), kind }
}

/** Who shares an identity is not backed up: two services of one id, or every container of a scaled one. */
function identityRemarks(
  id: string | undefined,
  replicas: number,
  prefix: string,
  claim: (id: string) => string | undefined,
): readonly Remark[] {
  if (id === undefined) return []
  const key = `${prefix}.id`
  const hint = `Give each its own ${key}, or none: compose names them apart.`
  const owner = claim(id)
  const shared = owner === undefined ? [] : [`the service ${owner} has the same id ${id}`]
  const scaled = replicas > 1 ? [`${replicas} containers of this service would share the id ${id}`] : []
  return [...shared, ...scaled].map((text) => ({ key, message: `${key}: ${text}. ${hint}`, kind: "mistake" }))
}

type Services = Readonly<Record<string, Service | null>>

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
