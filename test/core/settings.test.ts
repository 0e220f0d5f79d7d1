import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { identityText } from "../../controller/core/age-key.ts"
import type { Tree } from "../../controller/core/setting-tree.ts"
import { isLoopback, readSettings, type Settings } from "../../controller/core/settings.ts"

setDefaultTimeout(120_000)

type Variables = Record<string, string>

function read(variables: Variables, file: Tree = {}): Settings {
  const reading = readSettings(variables, file)
  if (reading.kind === "good") return reading.settings
  throw new Error(JSON.stringify(reading.mistakes))
}

/** Each mistake in one line: where, message, hint. */
function mistakes(file: Tree, variables: Variables = {}): readonly string[] {
  const reading = readSettings(variables, file)
  if (reading.kind === "good") throw new Error("it was accepted")
  return reading.mistakes.map(
    ({ from, path, at, message, hint }) =>
      `${from} ${at} ${path.join(".")}: ${message}${hint === null ? "" : ` (${hint})`}`,
  )
}

test("with nothing set, every setting has its default, and only this machine is listened to", () => {
  expect(read({})).toEqual({
    port: 3000,
    hostname: "127.0.0.1",
    databasePath: "/app/data/db/app.db",
    storagePath: "/app/data/backups",
    timeZone: "UTC",
    logLevel: "info",
    discovery: "labels",
    labelPrefix: "dbbackup",
    maxConcurrent: 3,
    orphanGraceSeconds: 24 * 3600,
    importLimitBytes: 100 * 2 ** 30,
    dockerHost: "unix:///var/run/docker.sock",
    s3: null,
    destinations: new Map(),
    keys: new Map(),
    encryptionKey: null,
    encryptionKeyOld: null,
    paused: false,
    blackout: [],
    hooksAllowed: true,
    servers: new Map(),
    helper: { memoryBytes: 2 * 2 ** 30, images: {} },
    drill: { memoryBytes: 2 ** 30 },
    catalogue: {
      copies: 7,
      schedule: { kind: "cron", text: "daily", pattern: "0 2 * * *" },
      logSeconds: 90 * 86_400,
    },
    keepReplacedSeconds: 24 * 3600,
    uploadsKeptSeconds: 24 * 3600,
    sweep: { everySeconds: 30 * 86_400, bytesPerSecond: 20 * 2 ** 20 },
    policies: new Map(),
    operatorRetention: { at: {}, mostAgeSeconds: null },
    defaults: {},
  })
})

const [ops, spare] = [
  "age1y5luy0xw4g9f2e8qa97lyecvj4mq84yprh38zje7yx2skmn4ustqdd9pmx",
  "age14etylz6x87ugrx972kcfqh76w0tah5ke8dglkzpeyq35uy4v84hqv0s0c7",
]
const secret = identityText(Buffer.alloc(32, 1))

describe("encryption keys", () => {
  const keys = (file: Tree, variables: Variables = {}) => [
    ...read(variables, { encryption: { keys: file } }).keys,
  ]

  test("are recipients by name, and where an identity is, if it is here", () => {
    expect(
      keys({
        ops: { recipients: [ops, spare], identityFile: "/run/secrets/ops.key" },
        away: { recipients: [ops] },
        env: { recipients: [spare], identityVariable: "SPARE" },
      }),
    ).toEqual([
      ["ops", { recipients: [ops, spare], identity: { file: "/run/secrets/ops.key" } }],
      ["away", { recipients: [ops], identity: null }],
      ["env", { recipients: [spare], identity: { variable: "SPARE" } }],
    ])
  })

  test("can be one, made by variables, which go before the file", () => {
    const identity = identityText(Buffer.alloc(32, 1))
    const variables = {
      DBBACKUP_AGE_RECIPIENTS: `${ops}, ${spare}`,
      DBBACKUP_AGE_IDENTITY: `# mine\n${identity}`,
    }
    expect(keys({ default: { recipients: [spare] } }, variables)).toEqual([
      ["default", { recipients: [ops, spare], identity: { text: `# mine\n${identity}` } }],
    ])
    expect(keys({}, { DBBACKUP_AGE_RECIPIENTS: ops })).toEqual([
      ["default", { recipients: [ops], identity: null }],
    ])
    expect(mistakes({}, { DBBACKUP_AGE_IDENTITY: identity })).toEqual([
      "environment value DBBACKUP_AGE_RECIPIENTS: is missing: DBBACKUP_AGE_IDENTITY is an identity of its key",
    ])
    const wrong = { DBBACKUP_AGE_RECIPIENTS: `${ops},age1x`, DBBACKUP_AGE_IDENTITY: `${secret}\nx` }
    expect(mistakes({}, wrong).join()).toContain("DBBACKUP_AGE_RECIPIENTS: write a recipient of age")
    expect(mistakes({}, wrong).join()).toContain("DBBACKUP_AGE_IDENTITY: write an identity of age")
    expect(mistakes({}, wrong).join()).not.toContain(secret)
  })

  test.each<[Tree, string]>([
    [
      { ops: { recipients: [ops, ops.replace(/.$/, (last) => (last === "q" ? "p" : "q"))] } },
      "file value encryption.keys.ops.recipients.1: write a recipient of age",
    ],
    [
      { ops: { recipients: [ops.toUpperCase()] } },
      "file value encryption.keys.ops.recipients.0: write a recipient of age",
    ],
    [{ ops: { recipients: [secret] } }, "recipients.0: this is an identity, which is secret"],
    [{ ops: { recipients: ["age1yubikey1qgh7x"] } }, "only X25519 recipients of age are known"],
    [{ ops: { recipients: ops } }, "file value encryption.keys.ops.recipients: write a list"],
    [{ ops: { recipients: [] } }, "write at least one recipient"],
    [{ ops: { recipients: [ops, ops] } }, "write each recipient once"],
    [{ ops: {} }, "file value encryption.keys.ops.recipients: is missing"],
    [{ none: { recipients: [ops] } }, "file key encryption.keys.none: none is no name"],
    [{ Ops: { recipients: [ops] } }, "file key encryption.keys.Ops: write a name"],
    [
      { ops: { recipients: [ops], identityFile: "ops.key" } },
      "identityFile: write a path that begins with /",
    ],
    [
      { ops: { recipients: [ops], identityFile: "/a", identityVariable: "A" } },
      "identityVariable: is given, and so is identityFile",
    ],
    [
      { ops: { recipients: [ops], identityfile: "/a" } },
      "identityfile: unknown key (Did you mean encryption.keys.ops.identityFile?)",
    ],
    [
      { ops: { recipients: [ops], identity: "x" } },
      "identity: unknown key (Secrets are not kept in this file",
    ],
    [
      { ops: { recipient: [ops] } },
      "file key encryption.keys.ops.recipient: unknown key (Did you mean encryption.keys.ops.recipients?)",
    ],
  ])("are refused where they are wrong, and never told back: %j", (file, wanted) => {
    const told = mistakes({ encryption: { keys: file } }).join("\n")
    expect(told).toContain(wanted)
    expect(told).not.toContain(secret)
  })

  test("must be there when the defaults of labels name one", () => {
    const file = { encryption: { keys: { ops: { recipients: [ops] } } } }
    expect(read({}, { ...file, defaults: { encrypt: "ops" } }).defaults).toEqual({ encrypt: "ops" })
    expect(mistakes({ ...file, defaults: { encrypt: "opps" } })).toEqual([
      "file value defaults.encrypt: there is no encryption key named opps (Defined are: ops.)",
    ])
    expect(read({}, { defaults: { encrypt: "none" } }).defaults).toEqual({ encrypt: "none" })
  })
})

const wholeFile: Tree = {
  "x-office": { from: "08:00" },
  server: { port: "8080", hostname: "0.0.0.0" },
  backup: { maxConcurrent: "5", defaultCompression: "gzip", storagePath: "/srv/backups" },
  scheduler: {
    timezone: "Europe/Berlin",
    paused: "true",
    blackout: [
      { days: "mon-wed", from: "08:00", to: "18:00" },
      { from: "23:30", to: "01:00", timezone: "UTC" },
    ],
  },
  discovery: "auto",
  labelPrefix: "backup",
  logLevel: "debug",
  hooks: "off",
  dockerHost: "tcp://engine:2375",
  s3: { bucket: "safe", region: "eu-central-1", endpoint: "https://store.example" },
  retention: { policies: { gold: "24h 7d", bronze: "last=2" } },
  defaults: {
    schedule: "hourly",
    retention: "gold",
    hooks: { pre: ["sync"], "pre.timeout": "1m" },
    retries: "5",
  },
}

test("a file sets everything", () => {
  const settings = read({}, wholeFile)
  expect(settings).toMatchObject({
    port: 8080,
    hostname: "0.0.0.0",
    storagePath: "/srv/backups",
    timeZone: "Europe/Berlin",
    logLevel: "debug",
    discovery: "auto",
    labelPrefix: "backup",
    maxConcurrent: 5,
    dockerHost: "tcp://engine:2375",
    s3: { bucket: "safe", region: "eu-central-1", endpoint: "https://store.example", credentials: null },
    paused: true,
    hooksAllowed: false,
  })
  expect(settings.blackout).toEqual([
    { days: [1, 2, 3], from: 480, to: 1080 },
    { days: [1, 2, 3, 4, 5, 6, 7], from: 1410, to: 60, timezone: "UTC" },
  ])
  expect(settings.policies.get("gold")).toMatchObject({ hourly: 24, daily: 7, weekly: 0 })
  expect([...settings.policies.keys()]).toEqual(["gold", "bronze"])
  expect(settings.defaults).toEqual({
    compress: "gzip:6",
    schedule: "hourly",
    retention: "gold",
    "hooks.pre": '["sync"]',
    "hooks.pre.timeout": "1m",
    retries: "5",
  })
})

test("the environment goes before the file, setting by setting", () => {
  const settings = read(
    {
      PORT: "1234",
      TZ: "Asia/Tokyo",
      DBBACKUP_MAX_CONCURRENT: "1",
      DBBACKUP_PAUSED: "no",
      DBBACKUP_HOOKS: "on",
    },
    wholeFile,
  )
  expect(settings).toMatchObject({ port: 1234, timeZone: "Asia/Tokyo", maxConcurrent: 1, paused: false })
  expect(settings).toMatchObject({ hostname: "0.0.0.0", hooksAllowed: true, labelPrefix: "backup" })
})

test("automatic discovery has two names in the environment, and the newer one decides, then the older, then the file", () => {
  const auto = { discovery: "auto" }
  expect(read({ AUTO_DISCOVER: "true" }).discovery).toBe("auto")
  expect(read({ DBBACKUP_DISCOVERY: "auto" }).discovery).toBe("auto")
  expect(read({ AUTO_DISCOVER: "true", DBBACKUP_DISCOVERY: "labels" }).discovery).toBe("labels")
  expect(read({ AUTO_DISCOVER: "false" }, auto).discovery).toBe("labels")
  expect(read({}, auto).discovery).toBe("auto")
})

test("variables of others are let be", () => {
  expect(read({ PATH: "/bin", SECRET_KEY: "x", constructor: "x" })).toEqual(read({}))
})

describe("mistakes of the environment", () => {
  test("are all named in one answer, with the variable", () => {
    expect(
      mistakes({}, { PORT: "http", TZ: "Europe/Berln", LOG_LEVEL: "loud", DBBACKUP_MAX_CONCURRENT: "0" }),
    ).toEqual([
      "environment value PORT: write a whole number",
      "environment value DBBACKUP_MAX_CONCURRENT: write at least 1",
      "environment value TZ: write an IANA time zone such as Europe/Berlin or UTC",
      "environment value LOG_LEVEL: write debug, info, warn or error",
    ])
  })

  test.each([
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "3000.5"],
    ["AUTO_DISCOVER", "maybe"],
    ["DBBACKUP_DISCOVERY", "all"],
    ["DBBACKUP_LABEL_PREFIX", "has space"],
    ["DBBACKUP_LABEL_PREFIX", "Upper"],
    ["DBBACKUP_MAX_CONCURRENT", "many"],
    ["DBBACKUP_PAUSED", "perhaps"],
    ["DBBACKUP_HOOKS", "some"],
    ["S3_ENDPOINT", "ftp://store"],
    ["TZ", "Mars/Olympus"],
  ])("%s=%s is refused", (name, value) => {
    expect(mistakes({}, { [name]: value }).join()).toStartWith(`environment value ${name}: `)
  })

  test("half a pair of keys is one, the whole pair goes with a bucket from wherever", () => {
    const keys = { S3_ACCESS_KEY_ID: "id", S3_SECRET_ACCESS_KEY: "key" }
    expect(mistakes({}, { S3_SECRET_ACCESS_KEY: "key" }).join()).toStartWith(
      "environment value S3_ACCESS_KEY_ID: is missing",
    )
    expect(read(keys).s3).toBeNull()
    const s3 = { bucket: "bkt", region: "us-east-1", endpoint: null }
    const credentials = { accessKeyId: "id", secretAccessKey: "key" }
    expect(read({ ...keys, S3_BUCKET: "bkt" }).s3).toEqual({ ...s3, credentials })
    expect(read(keys, { s3: { bucket: "bkt" } }).s3).toEqual({ ...s3, credentials })
    expect(read({}, { s3: { bucket: "bkt" } }).s3).toEqual({ ...s3, credentials: null })
  })

  test("a mistake of the file counts even where a variable goes before it", () => {
    expect(mistakes({ server: { port: "x" } }, { PORT: "1" })).toEqual([
      "file value server.port: write a whole number",
    ])
  })
})

describe("mistakes of the file", () => {
  test("are all named in one answer, environment's too", () => {
    expect(
      mistakes(
        { server: { port: "x" }, hooks: "maybe", scheduler: { blackout: [{ from: "25:00" }] } },
        { TZ: "x" },
      ),
    ).toEqual([
      "environment value TZ: write an IANA time zone such as Europe/Berlin or UTC",
      "file value server.port: write a whole number",
      "file value scheduler.blackout.0.from: write a time of day such as 08:00, at most 24:00",
      "file value scheduler.blackout.0.to: is missing",
      "file value hooks: write on or off",
    ])
  })

  test("in different sections, and between them, are told together", () => {
    expect(
      mistakes({
        servr: {},
        scheduler: { blackout: [{ from: "0:00", to: "24:00" }] },
        retention: { policies: { gold: "7x" } },
        defaults: { retention: "gold", destinations: "tape", shedule: "daily", retries: "many" },
      }),
    ).toEqual([
      'file value retention.policies.gold: "7x" is not a tier: write tiers such as 24h 7d 4w 12m 1y, and last=3 for the newest three',
      "file key servr: unknown key (Did you mean server?)",
      "file key defaults.shedule: unknown label (Did you mean defaults.schedule?)",
      'file value defaults.retries: "many" is not valid: write a whole number, 0 to 99',
      "file value defaults.destinations: there is no destination named tape (There is local.)",
      "file value scheduler.blackout: these windows leave no time in which a scheduled run could start",
    ])
  })

  test.each([
    [{ schedular: {} }, "schedular: unknown key (Did you mean scheduler?)"],
    [{ server: { prot: "1" } }, "server.prot: unknown key (Did you mean server.port?)"],
    [{ timezone: "UTC" }, "timezone: unknown key (Did you mean scheduler.timezone?)"],
    [{ timeZone: "UTC" }, "timeZone: unknown key (Did you mean scheduler.timezone?)"],
    [{ PORT: "1" }, "PORT: unknown key (Did you mean server.port?)"],
    [{ DBBACKUP_MAX_CONCURRENT: "1" }, "unknown key (Did you mean backup.maxConcurrent?)"],
    [
      { scheduler: { checkInterval: "60000" } },
      "scheduler.checkInterval: unknown key (schemas/settings.md lists",
    ],
    [
      { scheduler: { blackout: [{ form: "1:00", from: "1:00", to: "2:00" }] } },
      "Did you mean scheduler.blackout.from?",
    ],
    [{ s3: { secretAccessKey: "x" } }, "s3.secretAccessKey: unknown key (Secrets are not kept in this file"],
    [{ constructor: "x" }, "constructor: unknown key"],
    [
      { destinations: { nas: { type: "local", path: "/mnt", pth: "x" } } },
      "destinations.nas.pth: unknown key (Did you mean destinations.nas.path?)",
    ],
    [
      { destinations: { far: { type: "s3", bucket: "bkt", secretAccessKey: "x" } } },
      "destinations.far.secretAccessKey: unknown key (Secrets are not kept in this file: secretAccessKeyFile or secretAccessKeyVariable says where it is.)",
    ],
    [
      { destinations: { far: { type: "s3", bucket: "bkt", secretAccesKeyFile: "/x" } } },
      "(Did you mean destinations.far.secretAccessKeyFile?)",
    ],
    [
      { destinations: { Nas: { type: "local", path: "/mnt" } } },
      "destinations.Nas: write a name of lower-case",
    ],
    [
      { destinations: { s3: { type: "s3", bucket: "bkt" } } },
      "destinations.s3: is taken: backup.storagePath and s3",
    ],
    [
      { retention: { policies: { Gold: "7d" } } },
      "file key retention.policies.Gold: write a name of lower-case",
    ],
    [{ retention: { policies: { "7d": "7d" } } }, "file key retention.policies.7d: write a name"],
    [{ defaults: { shedule: "daily" } }, "defaults.shedule: unknown label (Did you mean defaults.schedule?)"],
  ] as readonly (readonly [Tree, string])[])(
    "an unknown key in %j is told with the nearest one",
    (file, says) => {
      const [only, ...others] = mistakes(file)
      expect(others).toEqual([])
      expect(only).toStartWith("file key ")
      expect(only).toContain(says)
    },
  )

  test.each([
    [{ server: "3000" }, "server: write keys with values below it"],
    [[], "write keys with values below it"],
    ["text", "write keys with values below it"],
    [{ server: { port: ["1"] } }, "server.port: write one value, no list or map"],
    [{ logLevel: { info: "x" } }, "logLevel: write debug, info, warn or error"],
    [{ scheduler: { blackout: { from: "1:00", to: "2:00" } } }, "scheduler.blackout: write a list"],
    [{ scheduler: { blackout: ["1:00-2:00"] } }, "scheduler.blackout.0: write keys with values below it"],
    [
      { scheduler: { blackout: [{ from: "1:00", to: "1:00" }] } },
      "scheduler.blackout.0.to: from and to must differ",
    ],
    [
      { scheduler: { blackout: [{ days: "mon-", from: "1:00", to: "2:00" }] } },
      "days: write days such as mon-fri",
    ],
    [{ scheduler: { blackout: [{ days: "funday", from: "1:00", to: "2:00" }] } }, "days: write days such as"],
    [{ scheduler: { blackout: [{ from: "24:00", to: "2:00" }] } }, "from and to must differ"],
    [
      { scheduler: { blackout: [{ from: "0:00", to: "24:00" }] } },
      "scheduler.blackout: these windows leave no time",
    ],
    [{ scheduler: { timezone: "Berlin" } }, "scheduler.timezone: write an IANA time zone"],
    [{ retention: { policies: { gold: "7 days" } } }, 'retention.policies.gold: "7" is not a tier'],
    [{ retention: { policies: { gold: {} } } }, "retention.policies.gold: write one value"],
    [
      { defaults: { schedule: "sometimes" } },
      'defaults.schedule: "sometimes" is not valid: write hourly, daily',
    ],
    [{ defaults: { retention: "silver" } }, "defaults.retention: "],
    [
      { defaults: { destinations: "local,s3" } },
      "defaults.destinations: there is no destination named s3 (There is local.)",
    ],
    [{ defaults: { enable: "true" } }, "defaults.enable: only keys of a job have a default for every job"],
    [{ defaults: ["schedule"] }, "defaults: write keys with values below it"],
    [
      { defaults: { compress: "none" }, backup: { defaultCompression: "gzip" } },
      "defaults.compress: says the same as backup.defaultCompression",
    ],
    [{ destinations: { nas: "/mnt" } }, "destinations.nas: write keys with values below it"],
    [{ destinations: { nas: { type: "ftp", path: "/mnt" } } }, "destinations.nas.type: write local or s3"],
    [{ destinations: { nas: { path: "/mnt" } } }, "destinations.nas.type: write local or s3"],
    [{ destinations: { nas: { type: "local" } } }, "destinations.nas.path: is missing"],
    [
      { destinations: { nas: { type: "local", path: "mnt" } } },
      "destinations.nas.path: write a path that begins",
    ],
    [
      { destinations: { nas: { type: "local", path: "/app/data/backups/" } } },
      "destinations.nas.path: is the same place as the destination local",
    ],
    [
      {
        s3: { bucket: "bkt", endpoint: "http://store" },
        destinations: { far: { type: "s3", bucket: "bkt", endpoint: "http://store/" } },
      },
      "destinations.far.bucket: is the same place as the destination s3",
    ],
    [
      {
        destinations: {
          a: { type: "s3", bucket: "bkt", prefix: "x" },
          b: { type: "s3", bucket: "bkt", prefix: "x" },
          c: { type: "s3", bucket: "bkt", prefix: "y" },
        },
      },
      "destinations.b.bucket: is the same place as the destination a",
    ],
    [
      { destinations: { far: { type: "s3", bucket: "bkt", accessKeyIdFile: "/id" } } },
      "destinations.far.secretAccessKeyFile: is missing: the access key and the secret key belong together",
    ],
    [
      {
        destinations: {
          far: {
            type: "s3",
            bucket: "bkt",
            accessKeyIdFile: "/id",
            accessKeyIdVariable: "ID",
            secretAccessKeyFile: "/key",
          },
        },
      },
      "destinations.far.accessKeyIdVariable: is given, and so is accessKeyIdFile",
    ],
    [
      { destinations: { far: { type: "s3", bucket: "bkt", prefix: "/x/" } } },
      "destinations.far.prefix: write a folder",
    ],
    [
      { destinations: { far: { type: "s3", bucket: "bkt", storageClass: "COLD" } } },
      "storageClass: write STANDARD",
    ],
    [
      { destinations: { nas: { type: "local", path: "/mnt" } }, defaults: { destinations: "nas,far" } },
      "defaults.destinations: there is no destination named far (There is local, nas.)",
    ],
    [
      { s3: { bucket: "ab" } },
      "s3.bucket: write the name of a bucket: at least 3 letters, digits, dots and dashes",
    ],
    [{ s3: { endpoint: "store" } }, "s3.endpoint: write a URL that begins with http:// or https://"],
  ] as readonly (readonly [Tree, string])[])("%j is refused where it is wrong", (file, says) => {
    const [only, ...others] = mistakes(file)
    expect(others).toEqual([])
    expect(only).toStartWith("file value ")
    expect(only).toContain(says)
  })

  test("the folder that a variable moves is a place like any other", () => {
    const file = { destinations: { nas: { type: "local", path: "/mnt" } } }
    expect(readSettings({}, file).kind).toBe("good")
    const [only] = mistakes(file, { BACKUP_STORAGE_PATH: "/mnt" })
    expect(only).toContain("destinations.nas.path: is the same place as the destination local")
  })

  test("windows that leave no time in the zone that the environment says are one", () => {
    const windows = [
      { from: "00:00", to: "13:00" },
      { from: "00:00", to: "13:00", timezone: "UTC" },
    ]
    const file = { scheduler: { blackout: windows, timezone: "UTC" } }
    expect(read({}, file).blackout).toHaveLength(2)
    expect(mistakes(file, { TZ: "Pacific/Auckland" }).join()).toContain("leave no time")
  })

  test("defaults may name the destinations there are", () => {
    expect(read({ S3_BUCKET: "bkt" }, { defaults: { destinations: "s3" } }).defaults.destinations).toBe("s3")
    const file = { s3: { bucket: "bkt" }, defaults: { destinations: ["local", "s3"] } }
    expect(read({}, file).defaults).toEqual({ destinations: '["local","s3"]' })
  })
})

test("loopback is what only this machine reaches", () => {
  expect(["127.0.0.1", "127.1.2.3", "::1", "localhost"].every(isLoopback)).toBe(true)
  expect(["0.0.0.0", "::", "192.168.1.4", "db.example", "1.127.0.0"].some(isLoopback)).toBe(false)
})

test("whatever a file holds, it is read or its mistakes are told, and nothing is thrown", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "server",
      "port",
      "backup",
      "scheduler",
      "blackout",
      "retention",
      "policies",
      "defaults",
      "hooks",
      "s3",
    ),
    fc.constantFrom(
      "from",
      "to",
      "days",
      "timezone",
      "__proto__",
      "constructor",
      "x-a",
      "gold",
      "pre",
      "toString",
      "",
    ),
    fc.string({ maxLength: 8 }),
  )
  const { tree } = fc.letrec<{ tree: Tree; map: Tree }>((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, word, fc.array(tie("tree"), { maxLength: 3 }), tie("map")),
    map: fc.dictionary(word, tie("tree"), { maxKeys: 5 }) as fc.Arbitrary<Tree>,
  }))
  const variables = fc.dictionary(fc.constantFrom("PORT", "TZ", "S3_BUCKET", "AUTO_DISCOVER"), word, {
    maxKeys: 2,
  })
  fc.assert(
    fc.property(tree, variables, (file, given) => {
      const reading = readSettings(given, file)
      if (reading.kind === "good") expect(reading.settings.port).toBeNumber()
      else for (const { message } of reading.mistakes) expect(message).not.toBe("")
    }),
    { numRuns: 1000 },
  )
})
