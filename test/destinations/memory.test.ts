import { describeDestination } from "../contract/destination.ts"
import { memoryDestination } from "../support/memory-destination.ts"

describeDestination("memory", async () => {
  const destination = memoryDestination()
  return {
    destination,
    traces: async () => [
      ...[...destination.files.keys()].toSorted(),
      ...Array.from({ length: destination.unfinished() }, () => "(unfinished)"),
    ],
    close: async () => {},
  }
})
