import { describe, expect, test } from "bun:test"
import { lintCompose } from "../../controller/cli/lint.ts"
import { Fault } from "../../controller/core/fault.ts"

/** Each finding as `line service: the message`, a note with a word before. */
const lint = (text: string, prefix = "dbbackup", env: Readonly<Record<string, string>> = {}) =>
  lintCompose(text, prefix, env).map(
    ({ line, service, message, kind }) => `${kind === "note" ? "note " : ""}${line} ${service}: ${message}`,
  )

function refusal(text: string): Fault {
  try {
    lintCompose(text, "dbbackup", {})
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error("it was accepted")
}

describe("labels written as a map", () => {
  test("are good when they are", () => {
    expect(
      lint(`
services:
  db:
    labels:
      dbbackup.enable: "true"
      dbbackup.schedule: 0 */6 * * *
  web:
    image: nginx
`),
    ).toEqual([])
  })

  test("have their mistakes at the line they stand on", () => {
    const text = `services:
  db:
    image: postgres:17
    labels:
      dbbackup.enable: "true"
      dbbackup.shedule: daily
      dbbackup.retention: for ever
  wiki:
    labels:
      dbbackup.schedule: daily
`
    expect(lint(text)).toEqual([
      "6 db: dbbackup.shedule: unknown label. Did you mean dbbackup.schedule?",
      '7 db: dbbackup.retention: "for ever" is not valid: "for" is not a tier: write tiers such as 24h 7d 4w 12m 1y, and last=3 for the newest three',
      "10 wiki: looks configured (dbbackup.schedule), but is not enabled. Add dbbackup.enable=true to back it up, or dbbackup.enable=false to say that it needs no backup.",
    ])
  })

  test("may hold booleans and numbers, as compose allows", () => {
    expect(lint("services: { db: { labels: { dbbackup.enable: true, dbbackup.globals: 0 } } }")).toEqual([])
  })
})

describe("labels written as a list", () => {
  test("have their mistakes at the line they stand on", () => {
    const text = `services:
  db:
    labels:
      - dbbackup.enable=true
      - "dbbackup.schedule=0 0 31 2 *"
      - dbbackup.user
      - com.example.x=y=z
`
    expect(lint(text).map((finding) => finding.split(". ")[0])).toEqual([
      "6 db: dbbackup.user: the value is empty",
      '5 db: dbbackup.schedule: "0 0 31 2 *" is not valid: this cron pattern never fires',
    ])
  })

  test("may hold an equals sign in the value", () => {
    expect(
      lint('services: { db: { labels: ["dbbackup.enable=true", "dbbackup.retention=last=3 7d"] } }'),
    ).toEqual([])
  })
})

describe("what compose does to the text", () => {
  test("$$ is a $", () => {
    const text = 'services: { db: { labels: { dbbackup.enable: "true", dbbackup.user: "$$" } } }'
    expect(lint(text)).toEqual([])
  })

  test("a variable has its value, or its default", () => {
    const schedule = (value: string, env: Readonly<Record<string, string>> = {}) =>
      lint(
        `services: { db: { labels: { dbbackup.enable: "true", dbbackup.schedule: "${value}" } } }`,
        "dbbackup",
        env,
      )
    for (const value of [
      "$WHEN",
      "${WHEN}",
      "${WHEN:-never}",
      "${WHEN-never}",
      "${WHEN:?say when}",
      "${WHEN:+daily}",
    ])
      expect(schedule(value, { WHEN: "hourly" })).toEqual([])
    for (const value of ["${WHEN:-hourly}", "${WHEN-hourly}"]) expect(schedule(value)).toEqual([])
    expect(schedule("${WHEN:-hourly}", { WHEN: "" })).toEqual([])
    expect(schedule("${WHEN:-dayly}")[0]).toEndWith("Did you mean daily?")
  })

  test("a $ that was meant is eaten, and the finding says so", () => {
    const [finding] = lint('services: { db: { labels: { dbbackup.enable: "true", dbbackup.user: $ecret } } }')
    expect(finding).toEndWith("If the value held a $, compose has replaced it: write $$.")
  })

  test("anchors and merges are resolved, and their labels are those of every service that has them", () => {
    const text = `
x-backup: &backup
  dbbackup.enable: "true"
  dbbackup.schedule: dayly
services:
  a:
    labels: *backup
  b:
    labels:
      <<: *backup
      dbbackup.schedule: hourly
  c:
    labels:
      <<: *backup
`
    expect(lint(text).map((finding) => finding.split(": ")[0])).toEqual(["7 a", "14 c"])
  })

  test("a service that is a merge, or an alias, of another is read too", () => {
    const text = `
services:
  a: &a
    labels:
      dbbackup.enable: "true"
      dbbackup.shedule: daily
  b:
    <<: *a
    image: postgres:15
  c: *a
`
    expect(lint(text).map((finding) => finding.split(": ")[0])).toEqual(["6 a", "8 b", "6 c"])
  })

  test("services without labels, without a body, or with other labels have no findings", () => {
    expect(
      lint("services: { a: , b: {}, c: { labels: }, d: { labels: [] }, e: { labels: { x: y } } }"),
    ).toEqual([])
  })

  test("names that every object inherits are names", () => {
    const text = "services:\n  constructor:\n    labels: { dbbackup.enable: maybe }\n  db: {}\n"
    expect(lint(text).map((finding) => finding.split(": ")[0])).toEqual(["3 constructor"])
  })
})

describe("what compose would refuse, or put where nobody looks,", () => {
  test("a list or a map as a value is to be quoted", () => {
    const text = `services:
  db:
    labels:
      dbbackup.enable: "true"
      dbbackup.hooks.pre: ["psql", "-c", "CHECKPOINT"]
      dbbackup.weekly: { schedule: weekly }
      traefik.x: [1]
`
    expect(lint(text)).toEqual([
      `5 db: dbbackup.hooks.pre: compose takes no list as a label: put it in quotes, '["psql","-c","CHECKPOINT"]'`,
      "6 db: dbbackup.weekly: compose takes no map as a label: write the whole key in one line, with a text",
    ])
  })

  test("a list of maps is a list of texts that lack their equals signs", () => {
    const [finding] = lint(
      'services: { db: { labels: [dbbackup.enable=true, { dbbackup.schedule: "daily" }] } }',
    )
    expect(finding).toContain("dbbackup.schedule: a list of labels takes texts: write - dbbackup.schedule=…")
  })

  test("labels under deploy are the service's, which the controller never sees", () => {
    const [finding] = lint("services: { db: { deploy: { labels: { dbbackup.enable: true, x.y: z } } } }")
    expect(finding).toContain("dbbackup.enable: labels under deploy are not the container's")
    expect(lint("services: { db: { deploy: { labels: { x.y: z } } } }")).toEqual([])
  })
})

describe("an id that would be shared", () => {
  test("by two services is a conflict, told at the second", () => {
    const text = `services:
  a: { labels: { dbbackup.enable: "true", dbbackup.id: orders } }
  b:
    labels:
      - dbbackup.enable=true
      - dbbackup.id=orders
  c: { labels: { dbbackup.enable: "false", dbbackup.id: orders } }
`
    expect(lint(text).map((finding) => finding.split(". ")[0])).toEqual([
      "6 b: dbbackup.id: the service a has the same id orders",
    ])
  })

  test("by the containers of a scaled service is one too", () => {
    const scaled = (how: string, labels = "dbbackup.id: orders") =>
      lint(`services: { a: { ${how}, labels: { dbbackup.enable: "true", ${labels} } } }`)
    for (const how of ["scale: 3", "deploy: { replicas: 3 }"])
      expect(scaled(how)[0]).toContain("3 containers of this service would share the id orders")
    expect(scaled("scale: 1")).toEqual([])
    expect(scaled("scale: 3", "dbbackup.schedule: daily")).toEqual([])
  })
})

describe("what is not in force yet", () => {
  const text = (labels: string, image = "postgres:17") =>
    `services:\n  db:\n    image: ${image}\n    labels:\n      dbbackup.enable: "true"\n      ${labels}\n`

  test("is a note, when the backup goes on without it", () => {
    expect(lint(text("dbbackup.notify: team"))).toEqual([
      'note 6 db: dbbackup.notify: "team" is not in force yet: nobody is notified. The backups go on without it. Remove the label when that is all right.',
    ])
  })

  test("is none, when it happens anyway: the image tells the engine, as far as it does", () => {
    expect(lint(text("dbbackup.format: custom"))).toEqual([])
    expect(lint(text("dbbackup.format: custom", "${DB:-mysql:9}"))).toHaveLength(1)
    expect(lint(text("dbbackup.format: custom", "registry/x@sha256:0"))).toEqual([])
  })
})

test("an encryption key's name is a note: only the operator's settings tell whether there is one", () => {
  const labels = `{ dbbackup.enable: "true", dbbackup.encrypt: ops, dbbackup.weekly.schedule: weekly }`
  expect(lint(`services: { db: { labels: ${labels} } }`)).toEqual([
    "note 1 db: dbbackup.encrypt: the operator's settings must define an encryption key named ops, which is not checked here",
  ])
  expect(lint(`services: { db: { labels: { dbbackup.enable: "true", dbbackup.encrypt: none } } }`)).toEqual(
    [],
  )
})

test("a retention of one word may be a policy's name, which only the operator's settings tell", () => {
  const labels = `{ dbbackup.enable: "true", dbbackup.retention: gold, dbbackup.weekly.schedule: weekly }`
  expect(lint(`services: { db: { labels: ${labels} } }`)).toEqual([
    "note 1 db: dbbackup.retention: the operator's settings must define a retention policy named gold, which is not checked here",
  ])
})

test("the prefix is the operator's", () => {
  const text = 'services: { db: { labels: { backup.enable: "true", backup.shedule: daily, dbbackup.x: y } } }'
  expect(lint(text, "backup")).toHaveLength(1)
})

describe("a file is refused, with what to do, when it", () => {
  test.each([
    ["is not YAML", "services:\n  db: [", "not YAML: "],
    ["holds a key twice", "services:\n  a: {}\n  a: {}\n", "not YAML: "],
    ["is empty", "", "the file has no services"],
    ["is another YAML file", "name: x\n", "the file has no services"],
    ["has services that are a list", "services: [db]\n", "the file has no services"],
    ["is a text", "just words", "the file has no services"],
    ["names an anchor that is not there", "services: { db: *gone }", "not YAML: "],
    ["is two documents", "services: {}\n---\nservices: {}\n", "not YAML: "],
  ])("%s", (_, text, message) => {
    expect(refusal(text)).toMatchObject({ code: "request-invalid" })
    expect(refusal(text).message).toStartWith(message)
    expect(refusal(text).hint).not.toBeNull()
  })

  test("grows without end from a few lines", () => {
    const levels = Array.from({ length: 12 }, (_, i) =>
      i === 0
        ? "x0: &x0 [lol]"
        : `x${i}: &x${i} [${Array(9)
            .fill(`*x${i - 1}`)
            .join(",")}]`,
    )
    expect(refusal(`${levels.join("\n")}\nservices: { db: { labels: *x11 } }\n`).message).toStartWith(
      "not YAML: ",
    )
  })
})
