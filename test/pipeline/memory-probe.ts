// Run as a process of its own: stores a dump of argv[2] MiB into a slow destination and a folder (argv[3]), and prints its peak memory.
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import { Fault } from "../../controller/core/fault.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { storeDump } from "../../controller/pipeline/store.ts"
import { memoryDestination } from "../support/memory-destination.ts"
import { childTool } from "./child-tool.ts"

const [, , mebibytes, folder = ""] = process.argv
let peak = 0
const look = (): void => {
  peak = Math.max(peak, process.memoryUsage.rss())
}
const slow = memoryDestination("slow", {
  forgetful: true,
  // Several turns of the event loop for each chunk: enough for a source without back-pressure to run far ahead.
  async onWrite() {
    look()
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  },
})
const { proof, writers } = await storeDump({
  start: async () => childTool(`head -c ${Number(mebibytes) << 20} /dev/urandom`),
  end: { push: look, finish: () => "the end", held: () => ({}) },
  compression: { algorithm: "zstd", level: 1 },
  recipients: [recipientOf(identityText(Buffer.alloc(32, 7)))],
  destinations: [slow, localDestination("local", folder)].map((destination) => ({
    destination,
    key: "x.dump",
  })),
  signal: AbortSignal.timeout(120_000),
  onProgress: () => {},
  explain: (code, stderr) => new Fault("dump-failed", `${code} ${stderr}`),
})
for (const { writer } of writers) await writer.abort(new Error("measured"))
console.log(JSON.stringify({ rawBytes: proof.rawBytes, peak }))
process.exit(0)
