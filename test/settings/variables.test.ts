import { afterEach, beforeEach, expect, test } from "bun:test"
import { readVariables } from "../../controller/settings/variables.ts"
import { type Folder, folder } from "./folder.ts"

let here: Folder
beforeEach(() => {
  here = folder()
})
afterEach(() => here.remove())

const read = (env: Record<string, string | undefined>) => readVariables(env, "3f2a9c")
const mistakes = (env: Record<string, string>) =>
  read(env).mistakes.map(({ path, message }) => `${path.join(".")}: ${message}`)

test("an empty variable counts as not set, as compose leaves it, and variables of others are let be", () => {
  expect(read({ PORT: "", TZ: undefined, PORT_FILE: "", PATH: "/bin", constructor: "x" })).toEqual({
    variables: {},
    mistakes: [],
  })
})

test("HOSTNAME is the address to listen on, unless it is the machine's own name", () => {
  expect(read({ HOSTNAME: "0.0.0.0" }).variables).toEqual({ HOSTNAME: "0.0.0.0" })
  expect(read({ HOSTNAME: "3f2a9c" }).variables).toEqual({})
  expect(read({ HOSTNAME: "3f2a9c", HOSTNAME_FILE: here.write("a", "0.0.0.0") })).toEqual({
    variables: { HOSTNAME: "0.0.0.0" },
    mistakes: [],
  })
})

test.each([
  "PORT",
  "S3_SECRET_ACCESS_KEY",
  "DATABASE_PATH",
  "DBBACKUP_SETTINGS",
  "TZ",
  "DOCKER_HOST",
  "AUTO_DISCOVER",
])("%s is taken from the file that %s_FILE names, without the newline at its end", (name) => {
  for (const text of ["va lue", "va lue\n", "va lue\r\n"])
    expect(read({ [`${name}_FILE`]: here.write("secret", text) }).variables).toEqual({ [name]: "va lue" })
  expect(read({ [`${name}_FILE`]: here.write("secret", "a\n\n") }).variables).toEqual({ [name]: "a\n" })
})

test("a variable and its file together are a mistake, and so is a file that gives nothing", () => {
  const file = here.write("secret", "s3cret")
  expect(mistakes({ S3_SECRET_ACCESS_KEY: "a", S3_SECRET_ACCESS_KEY_FILE: file })).toEqual([
    "S3_SECRET_ACCESS_KEY: is set, and so is S3_SECRET_ACCESS_KEY_FILE: one of them must go",
  ])
  expect(
    mistakes({ PORT_FILE: here.at("none"), TZ_FILE: here.write("empty", "\n"), LOG_LEVEL_FILE: here.path }),
  ).toEqual([
    `PORT_FILE: there is no file ${here.at("none")}`,
    `TZ_FILE: ${here.at("empty")} is empty`,
    `LOG_LEVEL_FILE: ${here.path} cannot be read: it is a folder`,
  ])
})

test("no mistake holds what a file holds", () => {
  const file = here.write("secret", "s3cret")
  expect(mistakes({ PORT: "1", PORT_FILE: file }).join()).not.toContain("s3cret")
})
