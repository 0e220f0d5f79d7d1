// A helper for a tool that needs no server: what it is to do comes by its input, and nothing else reaches it or is reached by it.
import type { ContainerCreateOptions } from "dockerode"
import type { Helper } from "../ports.ts"
import { limits, toolConfig } from "./helper-config.ts"
import type { Mark } from "./mark.ts"

export function aloneConfig(
  { memoryBytes }: Helper,
  image: string,
  volumes: readonly string[],
  argv: readonly string[],
  stdin: boolean,
  mark: Mark,
): ContainerCreateOptions {
  return {
    ...toolConfig(argv, stdin, mark),
    Image: image,
    HostConfig: {
      NetworkMode: "none",
      CapDrop: ["ALL"],
      Tmpfs: Object.fromEntries(volumes.map((path) => [path, ""])),
      ...limits(memoryBytes),
    },
  }
}
