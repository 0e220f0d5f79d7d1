// What every destination promises, as one suite: the folder, the bucket and the fake in memory run it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { randomBytes } from "node:crypto"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import type { Destination, SinkWriter } from "../../controller/ports.ts"
import { until } from "../support/until.ts"

export interface DestinationFixture {
  readonly destination: Destination
  /** Everything that takes up space there, hidden and unfinished things too. */
  traces(): Promise<readonly string[]>
  close(): Promise<void>
}

/** More than any writer keeps in memory, so that an unfinished one leaves something behind. */
const largeBytes = 24 << 20

export function describeDestination(
  name: string,
  make: () => Promise<DestinationFixture>,
  timeoutMs = 20_000,
): void {
  describe(`${name} as a destination`, () => {
    let fixture: DestinationFixture
    let at: Destination
    const { signal } = new AbortController()
    const it = (title: string, work: () => Promise<void>): void => test(title, work, timeoutMs)

    beforeEach(async () => {
      fixture = await make()
      at = fixture.destination
    }, timeoutMs)
    afterEach(async () => await fixture.close(), timeoutMs)

    const keys = async (prefix = ""): Promise<string[]> =>
      (await Array.fromAsync(at.list(prefix, signal))).sort()
    const contents = async (key: string): Promise<Buffer> =>
      Buffer.concat(await (await at.read(key, signal)).toArray())
    const writeAll = async (writer: SinkWriter, ...chunks: readonly (Buffer | string)[]): Promise<void> => {
      for (const chunk of chunks) await writer.write(Buffer.from(chunk))
    }
    const store = async (key: string, ...chunks: readonly (Buffer | string)[]): Promise<void> => {
      const writer = await at.create(key, signal)
      await writeAll(writer, ...chunks)
      await writer.commit()
    }

    it("shows nothing under the key before commit, and all of it after", async () => {
      const writer = await at.create("shop/a.dump", signal)
      expect(writer.destination).toBe(at.name)
      await writeAll(writer, "one ", "", "two ")
      expect(await at.size("shop/a.dump", signal)).toBeNull()
      expect(await keys()).toEqual([])
      expect(await faultOf(at.read("shop/a.dump", signal))).toBe("copy-missing")
      await writeAll(writer, "three")
      await writer.commit()
      expect(await at.size("shop/a.dump", signal)).toBe(13)
      expect(await keys()).toEqual(["shop/a.dump"])
      expect((await contents("shop/a.dump")).toString()).toBe("one two three")
      expect(await fixture.traces()).toEqual(["shop/a.dump"])
    })

    it("leaves nothing after an abort, which may come twice", async () => {
      const writer = await at.create("shop/a.dump", signal)
      await writeAll(writer, randomBytes(largeBytes))
      await writer.abort(new Error("no longer wanted"))
      await writer.abort(new Error("really"))
      expect(await at.size("shop/a.dump", signal)).toBeNull()
      expect(await keys()).toEqual([])
      expect(await fixture.traces()).toEqual([])
    })

    it("leaves nothing after an abort before the first byte", async () => {
      const writer = await at.create("shop/a.dump", signal)
      await writer.abort(new Error("the source did not start"))
      expect(await fixture.traces()).toEqual([])
    })

    it("leaves nothing after an abort in the middle of a write", async () => {
      const writer = await at.create("shop/a.dump", signal)
      const writing = writer.write(randomBytes(largeBytes)).catch(() => "refused")
      await writer.abort(new Error("cancelled"))
      await writing
      expect(await fixture.traces()).toEqual([])
    })

    it("keeps what is committed when an abort comes too late", async () => {
      const writer = await at.create("shop/a.dump", signal)
      await writeAll(writer, "good")
      await writer.commit()
      await writer.abort(new Error("too late"))
      expect((await contents("shop/a.dump")).toString()).toBe("good")
    })

    it("takes no more bytes and no commit after an abort", async () => {
      const writer = await at.create("shop/a.dump", signal)
      await writeAll(writer, "half")
      await writer.abort(new Error("cancelled"))
      expect(await faultOf(writer.write(Buffer.from("rest")))).toBeString()
      expect(await faultOf(writer.commit())).toBeString()
      expect(await fixture.traces()).toEqual([])
    })

    it("begins no backup where there is one", async () => {
      await store("shop/a.dump", "the first")
      expect(await faultOf(at.create("shop/a.dump", signal))).toBe("destination-unavailable")
      expect((await contents("shop/a.dump")).toString()).toBe("the first")
      expect(await fixture.traces()).toEqual(["shop/a.dump"])
    })

    it("does not overwrite at commit what came in between", async () => {
      const writer = await at.create("shop/a.dump", signal)
      await writeAll(writer, "the second")
      await at.put("shop/a.dump", Buffer.from("the first"), signal)
      expect(await faultOf(writer.commit())).toBe("destination-unavailable")
      await writer.abort(new Error("refused"))
      expect((await contents("shop/a.dump")).toString()).toBe("the first")
      expect(await fixture.traces()).toEqual(["shop/a.dump"])
    })

    it("stores a file without bytes as one", async () => {
      await store("shop/empty.dump")
      expect(await at.size("shop/empty.dump", signal)).toBe(0)
      expect(await contents("shop/empty.dump")).toHaveLength(0)
    })

    it("gives back what was written, however it was cut into chunks", async () => {
      let n = 0
      const sizes = fc.array(fc.integer({ min: 0, max: 700_000 }), { maxLength: 12 })
      const check = fc.asyncProperty(sizes, async (lengths) => {
        const chunks = lengths.map((length) => randomBytes(length))
        const key = `cut/${n++}.dump`
        await store(key, ...chunks)
        expect((await contents(key)).equals(Buffer.concat(chunks))).toBe(true)
      })
      await fc.assert(check, { numRuns: 15 })
    })

    it("stores more than it keeps in memory", async () => {
      const bytes = randomBytes(largeBytes)
      await store(
        "shop/large.dump",
        bytes.subarray(0, 5),
        bytes.subarray(5, 9_000_000),
        bytes.subarray(9_000_000),
      )
      expect(await at.size("shop/large.dump", signal)).toBe(largeBytes)
      expect((await contents("shop/large.dump")).equals(bytes)).toBe(true)
    })

    it("writes different keys at the same time", async () => {
      const names = Array.from({ length: 8 }, (_, n) => `server-${n % 3}/db-${n}.dump`)
      await Promise.all(names.map((key) => store(key, key, " and more")))
      expect(await keys()).toEqual(names.toSorted())
      for (const key of names) expect((await contents(key)).toString()).toBe(`${key} and more`)
    })

    it("lets one of two writers of the same key win, whole", async () => {
      const writers = await Promise.all([at.create("a.dump", signal), at.create("a.dump", signal)])
      await Promise.all(writers.map((writer, n) => writeAll(writer, `writer ${n}`)))
      const commits = await Promise.allSettled(writers.map((writer) => writer.commit()))
      await Promise.all(writers.map((writer) => writer.abort(new Error("done"))))
      const winners = commits.flatMap(({ status }, n) => (status === "fulfilled" ? [`writer ${n}`] : []))
      expect(winners).toHaveLength(1)
      expect((await contents("a.dump")).toString()).toBe(winners[0] ?? "")
      expect(await fixture.traces()).toEqual(["a.dump"])
    })

    it("puts a small object, also over another one", async () => {
      await at.put("shop/a.manifest.json", Buffer.from('{"old":true}'), signal)
      await at.put("shop/a.manifest.json", Buffer.from("{}"), signal)
      expect((await contents("shop/a.manifest.json")).toString()).toBe("{}")
      expect(await fixture.traces()).toEqual(["shop/a.manifest.json"])
    })

    it("lists by prefix, and nothing that is unfinished", async () => {
      for (const key of ["a/x.dump", "a/y.dump", "ab/z.dump", "b/c/d/deep.dump", "top.dump"])
        await store(key, key)
      const unfinished = await at.create("a/w.dump", signal)
      await writeAll(unfinished, randomBytes(largeBytes))
      expect(await keys()).toEqual(["a/x.dump", "a/y.dump", "ab/z.dump", "b/c/d/deep.dump", "top.dump"])
      expect(await keys("a/")).toEqual(["a/x.dump", "a/y.dump"])
      expect(await keys("a")).toEqual(["a/x.dump", "a/y.dump", "ab/z.dump"])
      expect(await keys("b/c/d")).toEqual(["b/c/d/deep.dump"])
      expect(await keys("nothing/")).toEqual([])
      await unfinished.abort(new Error("enough"))
    })

    it("says of each object how large it is and when it was written", async () => {
      const before = Date.now()
      await store("a/x.dump", "four")
      await at.put("a/x.dump.manifest.json", Buffer.from("{}"), signal)
      await store("b/y.dump", "y")
      const found = (await Array.fromAsync(at.entries("a/", signal))).sort((a, b) => (a.key < b.key ? -1 : 1))
      expect(found.map(({ key, bytes }) => [key, bytes])).toEqual([
        ["a/x.dump", 4],
        ["a/x.dump.manifest.json", 2],
      ])
      // A store's clock tells whole seconds.
      for (const { changedAt } of found) expect(Math.abs(changedAt.getTime() - before)).toBeLessThan(60_000)
    })

    it("removes one key, and succeeds when it is not there", async () => {
      await store("a/x.dump", "x")
      await store("a/y.dump", "y")
      await at.remove("a/x.dump", signal)
      await at.remove("a/x.dump", signal)
      await at.remove("never/was.dump", signal)
      expect(await keys()).toEqual(["a/y.dump"])
      await at.remove("a/y.dump", signal)
      expect(await fixture.traces()).toEqual([])
    })

    it("says copy-missing, and null for the size, where nothing is", async () => {
      expect(await at.size("a/none.dump", signal)).toBeNull()
      expect(await faultOf(at.read("a/none.dump", signal))).toBe("copy-missing")
      await store("a/x.dump", "x")
      expect(await at.size("a", signal)).toBeNull()
      expect(await faultOf(at.read("a", signal))).toBe("copy-missing")
      expect(await at.size("a/x.dump/below", signal)).toBeNull()
    })

    it("keeps keys apart that people and languages come up with", async () => {
      const odd = [
        "größe/日本語.dump",
        "a b/c'd\"e.dump",
        "100%/a+b&c=d#e?f.dump",
        "back\\slash.dump",
        "🐘/~$(x).dump",
      ]
      for (const key of odd) await store(key, key)
      expect(await keys()).toEqual(odd.toSorted())
      for (const key of odd) expect((await contents(key)).toString()).toBe(key)
      for (const key of odd) await at.remove(key, signal)
      expect(await fixture.traces()).toEqual([])
    })

    it("refuses keys that lead elsewhere, in every method", async () => {
      const bad = [
        "",
        "/etc/x",
        "../x",
        "a/../../x",
        "a/./x",
        "a//x",
        "a/",
        "a\0b",
        "..",
        "x".repeat(2000),
        "a.partial-0123456789ab",
      ]
      for (const key of bad) {
        expect([key, await faultOf(at.create(key, signal))]).toEqual([key, "request-invalid"])
        expect([key, await faultOf(at.put(key, Buffer.from("x"), signal))]).toEqual([key, "request-invalid"])
        expect([key, await faultOf(at.read(key, signal))]).toEqual([key, "request-invalid"])
        expect([key, await faultOf(at.size(key, signal))]).toEqual([key, "request-invalid"])
        expect([key, await faultOf(at.remove(key, signal))]).toEqual([key, "request-invalid"])
      }
      expect(await fixture.traces()).toEqual([])
    })

    it("begins nothing under a signal that is aborted already", async () => {
      const cancelled = AbortSignal.abort(new Fault("cancelled", "cancelled"))
      expect(await faultOf(at.create("a.dump", cancelled))).toBe("cancelled")
      expect(await faultOf(at.put("a.json", Buffer.from("{}"), cancelled))).toBe("cancelled")
      expect(await faultOf(at.read("a.dump", cancelled))).toBe("cancelled")
      expect(await fixture.traces()).toEqual([])
    })

    it("sweeps what interrupted writers left, and nothing else", async () => {
      await store("a/good.dump", "good")
      const interrupted = await Promise.all(
        ["a/cut.dump", "b/c/cut.dump"].map((key) => at.create(key, signal)),
      )
      for (const writer of interrupted) await writeAll(writer, randomBytes(largeBytes))
      await until("both to have left something", async () => (await fixture.traces()).length === 3)
      expect(await at.sweep(signal)).toBe(2)
      expect(await at.sweep(signal)).toBe(0)
      expect(await fixture.traces()).toEqual(["a/good.dump"])
      expect((await contents("a/good.dump")).toString()).toBe("good")
      for (const writer of interrupted) await writer.abort(new Error("only to release it"))
    })

    it("lets a reader stop in the middle", async () => {
      await store("a.dump", randomBytes(largeBytes))
      const stream = await at.read("a.dump", signal)
      for await (const chunk of stream) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      expect(stream.destroyed).toBe(true)
      await at.remove("a.dump", signal)
      expect(await fixture.traces()).toEqual([])
    })

    it("shows one folder at a time, by name, a page after the other, without what is hidden or unfinished", async () => {
      for (const key of ["a.dump", "b/1.dump", "b/2/x.dump", "b.dump", "c/y.dump"]) await store(key, key)
      await store("b/.dbbackup-lock", "hidden")
      const unfinished = await at.create("b/3.dump", signal)
      await writeAll(unfinished, randomBytes(1000))
      const look = async (folder: string, after: string | null = null, most = 10) =>
        (await at.browse(folder, after, most, signal)).map(({ key }) => key)
      expect(await look("")).toEqual(["a.dump", "b.dump", "b/", "c/"])
      expect(await look("b/")).toEqual(["b/1.dump", "b/2/"])
      expect(await look("", null, 2)).toEqual(["a.dump", "b.dump"])
      expect(await look("", "b.dump", 1)).toEqual(["b/"])
      expect(await look("", "b/", 2)).toEqual(["c/"])
      expect(await look("", "c/")).toEqual([])
      const [file, folder] = await at.browse("b/", null, 10, signal)
      expect(file).toMatchObject({ kind: "file", bytes: 8, modifiedAt: expect.any(String) })
      expect(folder).toEqual({ key: "b/2/", kind: "folder", bytes: null, modifiedAt: null })
      for (const wrong of ["../", "/etc/", "b//", "./"])
        expect([wrong, await faultOf(look(wrong))]).toEqual([wrong, "request-invalid"])
      await unfinished.abort(new Error("only to release it"))
    })

    it("is up after a check, which leaves no trace", async () => {
      const status = await at.check(signal)
      expect(status).toMatchObject({ name: at.name, kind: at.kind, state: "up", problem: null })
      expect(await fixture.traces()).toEqual([])
    })
  })
}

/** The code of the Fault a promise rejects with; undefined when it resolves. Anything but a Fault fails the test. */
export async function faultOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
}
