// What has not changed is not derived anew, and what has changed always is.
import { expect, test } from "bun:test"
import { createDerivation } from "../../controller/reconcile/derivation.ts"
import { guess, labelled, operator } from "../core/samples.ts"

const shop = labelled({ enable: "true" })
const wiki = labelled({ enable: "true" }, { id: "2", labels: { "com.docker.compose.service": "wiki" } })

function deriving() {
  let settings = operator()
  const { from, again } = createDerivation(
    () => settings,
    () => new Map(),
    (image) => guess({ ...shop, image }),
  )
  return {
    from,
    again,
    set: (zone: string) => {
      settings = operator({ timeZone: zone })
    },
  }
}

test("the same facts in another array give the same servers, themselves", () => {
  const { from } = deriving()
  expect(from([shop, wiki])).toBe(from([shop, wiki]))
})

test("facts that read differently, more of them or fewer are derived anew", () => {
  const { from } = deriving()
  const both = from([shop, wiki])
  expect(from([shop])).toHaveLength(1)
  expect(from([shop, wiki])).toEqual(both)
  expect(from([{ ...shop, state: "exited" }, wiki])[0]?.container.state).toBe("exited")
})

test("new settings count for the last listing; before there was one, there is nothing to derive", () => {
  const { from, again, set } = deriving()
  expect(again()).toBeUndefined()
  expect(from([shop])[0]?.jobs[0]?.timeZone).toBe("UTC")
  set("Europe/Berlin")
  expect(again()?.[0]?.jobs[0]?.timeZone).toBe("Europe/Berlin")
})
