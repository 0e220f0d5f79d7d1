// Which local image's tools a server without a container is given.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import {
  chooseToolImage,
  compareVersions,
  type ImageFacts,
  versionNumbers,
} from "../../controller/core/tool-image.ts"
import { guessEngine } from "../../controller/engines/detect.ts"

setDefaultTimeout(120_000)

const image = (name: string, versions: Readonly<Record<string, string>> = {}): ImageFacts => ({
  id: `sha256:${name}`,
  names: [name],
  envNames: Object.keys(versions),
  exposedPorts: [],
  versions,
})
const images = [
  image("postgres:13", { PG_MAJOR: "13", PG_VERSION: "13.22-1" }),
  image("postgres:latest", { PG_MAJOR: "17", PG_VERSION: "17.12-0+deb13u1" }),
  image("postgres:15"),
  image("mariadb:10.11", { MARIADB_VERSION: "1:10.11.8+ds" }),
  image("mariadb:11.8", { MARIADB_VERSION: "1:11.8.9+ds" }),
  image("postgres-exporter:99"),
]
const chosen = (engine: "postgres" | "mysql" | "mariadb", version: string | null) =>
  chooseToolImage(images, engine, version, guessEngine)?.names[0] ?? null

test("the newest is taken while the server's version is not known", () => {
  expect(chosen("postgres", null)).toBe("postgres:latest")
  expect(chosen("mariadb", null)).toBe("mariadb:11.8")
})

test("then the oldest that is new enough, by its variables or else by its tag", () => {
  expect(chosen("postgres", "13.4")).toBe("postgres:13")
  expect(chosen("postgres", "14.1")).toBe("postgres:15")
  expect(chosen("postgres", "16.0")).toBe("postgres:latest")
  expect(chosen("mariadb", "10.6.2-MariaDB")).toBe("mariadb:10.11")
  expect(chosen("mariadb", "11.4.2")).toBe("mariadb:11.8")
})

test("where none is new enough the newest is taken, whose tools are then told to be too old", () => {
  expect(chosen("postgres", "18.1")).toBe("postgres:latest")
})

test("no image of the engine is none, and an image of other tools is no server's", () => {
  expect(chosen("mysql", null)).toBeNull()
  expect(chooseToolImage([image("postgres-exporter:99")], "postgres", null, guessEngine)).toBeNull()
})

test("Debian's epochs and suffixes are no part of a version", () => {
  expect(versionNumbers("1:11.8.9+ds-0+deb13u1")).toEqual([11, 8, 9])
  expect(versionNumbers("17.12-0+deb13u1")).toEqual([17, 12])
  expect(versionNumbers("18beta1")).toEqual([18])
})

test("what is chosen for a known version is never older while something newer is there", () => {
  const version = fc.tuple(fc.nat(20), fc.nat(20)).map((parts) => parts.join("."))
  fc.assert(
    fc.property(fc.array(version, { minLength: 1 }), version, (tags, server) => {
      const some = tags.map((tag) => image(`mysql:${tag}`))
      const wanted = versionNumbers(server)
      const numbersOf = ({ names: [name = ""] }: ImageFacts) => versionNumbers(name.split(":")[1] ?? "")
      const pick = chooseToolImage(some, "mysql", server, guessEngine)
      const enough = some.filter((each) => compareVersions("mysql", numbersOf(each), wanted) >= 0)
      if (!pick) throw new Error("none was chosen")
      expect(compareVersions("mysql", numbersOf(pick), wanted) >= 0).toBe(enough.length > 0)
      for (const other of enough)
        expect(compareVersions("mysql", numbersOf(pick), numbersOf(other))).toBeLessThanOrEqual(0)
    }),
  )
})
