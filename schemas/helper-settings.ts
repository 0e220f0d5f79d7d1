// What the operator sets for helper containers.
import { z } from "zod"
import { Engine, Size } from "./scalar.ts"

const Text = z.string().min(1, "write a value")

export const helper = z.strictObject({
  memory: Size.prefault("2GiB").meta({
    description: "Memory limit of a helper container (label `method`).",
    variable: "DBBACKUP_HELPER_MEMORY",
  }),
  images: z.partialRecord(Engine, Text).prefault({}).meta({
    description:
      "Local images whose tools helper containers use, by engine, for servers whose own image has none: `{postgres: postgres:17}`. They are never pulled (the server's own image).",
  }),
})
