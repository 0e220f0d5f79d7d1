// What a helper container is made of: the server's image, environment and user, its network, its processes and its volumes.
import type { ContainerCreateOptions, ContainerInspectInfo, HostConfig } from "dockerode"
import type { Helper } from "../ports.ts"
import { assignment, helperLabels, type Mark } from "./mark.ts"

/** As its own container shows it. The values of its environment go from the engine to the engine, and nowhere else. */
export type BesideServer = Pick<ContainerInspectInfo, "Id" | "Image" | "Config" | "HostConfig" | "Mounts">

/** Of the host's memory, a helper gives way before any server does. */
const oomScore = 500
/** The tools start a handful of processes. */
const mostProcesses = 200

/** @param volumes that its image declares: what the server has no volume for would get a new one for each tool */
export function helperConfig(
  server: BesideServer,
  { image, memoryBytes }: Helper,
  volumes: readonly string[],
  argv: readonly string[],
  stdin: boolean,
  mark: Mark,
): ContainerCreateOptions {
  const { UsernsMode, Runtime } = server.HostConfig as { UsernsMode?: string; Runtime?: string }
  return {
    ...toolConfig(argv, stdin, mark),
    Image: image ?? server.Image,
    // Who reads the database's password by the image's conventions finds it as in the server's container.
    Env: [...(server.Config.Env ?? []), assignment(mark)],
    User: image === null ? server.Config.User : "",
    HostConfig: {
      // The server's 127.0.0.1.
      NetworkMode: `container:${server.Id}`,
      // Whether the server is still in its image's set-up is to be seen by its processes; and the tool is not process 1, which TERM spares.
      PidMode: `container:${server.Id}`,
      // Passwords in mounted files; a socket in a volume.
      VolumesFrom: [`${server.Id}:ro`],
      Tmpfs: Object.fromEntries(unmounted(server, volumes).map((path) => [path, ""])),
      ...limits(memoryBytes),
      ...(UsernsMode ? { UsernsMode } : {}),
      ...(Runtime ? { Runtime } : {}),
    },
  }
}

/** What runs in any helper, and how it is spoken to. */
export const toolConfig = (argv: readonly string[], stdin: boolean, mark: Mark): ContainerCreateOptions => ({
  Entrypoint: [...argv],
  Cmd: [],
  Env: [assignment(mark)],
  WorkingDir: "/",
  Labels: helperLabels(mark),
  Healthcheck: { Test: ["NONE"] },
  AttachStdin: stdin,
  AttachStdout: true,
  AttachStderr: true,
  OpenStdin: stdin,
  StdinOnce: stdin,
  // A terminal would rewrite line ends inside the dump.
  Tty: false,
})

/** What every helper is held to. */
export const limits = (memoryBytes: number): HostConfig => ({
  Memory: memoryBytes,
  MemorySwap: memoryBytes,
  OomScoreAdj: oomScore,
  PidsLimit: mostProcesses,
  SecurityOpt: ["no-new-privileges"],
  // The engine's log would hold the whole dump.
  LogConfig: { Type: "none", Config: {} },
  RestartPolicy: { Name: "no" },
})

function unmounted({ Mounts }: BesideServer, volumes: readonly string[]): readonly string[] {
  const mounted = new Set(Mounts.map(({ Destination }) => Destination))
  return volumes.filter((path) => !mounted.has(path))
}
