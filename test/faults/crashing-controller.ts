// The real controller, but that it kills itself at one call: `CRASH_AT="after destination.remove manifest"`. Nothing of it is in the product.
import { Fault } from "../../controller/core/fault.ts"
import type { Destination } from "../../controller/ports.ts"
import { serve } from "../../controller/serve.ts"

/** When, which call, and words that its arguments must hold. */
const [when, call, ...words] = (process.env.CRASH_AT ?? "").split(" ")

function die(): never {
  process.kill(process.pid, "SIGKILL")
  throw new Fault("internal", "a killed process goes on")
}

/** Like the port, but that the call at which to die is never answered. */
function deadly<T extends object>(name: string, port: T): T {
  return new Proxy(port, {
    get(target, key) {
      const value = Reflect.get(target, key)
      if (typeof value !== "function") return value
      return (...args: unknown[]) => {
        const hit =
          `${name}.${String(key)}` === call && JSON.stringify(args.filter(plain)).includes(words.join(" "))
        if (hit && when === "before") die()
        const answer = value.apply(target, args)
        if (answer instanceof Promise) return answer.then((it) => (hit ? die() : it))
        return hit ? die() : answer
      }
    },
  })
}

const plain = (value: unknown) => !(value instanceof AbortSignal) && !Buffer.isBuffer(value)

function deadlyDestination(destination: Destination): Destination {
  const outer = deadly("destination", destination)
  return new Proxy(outer, {
    get(target, key) {
      if (key !== "create") return Reflect.get(target, key)
      return async (...args: Parameters<Destination["create"]>) =>
        deadly("writer", await target.create(...args))
    },
  })
}

await serve(process.env, {
  catalogue: (catalogue) => deadly("catalogue", catalogue),
  destination: deadlyDestination,
  docker: (docker) => deadly("docker", docker),
})
