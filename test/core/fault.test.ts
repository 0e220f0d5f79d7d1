import { expect, test } from "bun:test"
import { Fault, faultIn, problemOf } from "../../controller/core/fault.ts"
import { apiErrorCodes, faultCodes, meaningOf } from "../../schemas/errors.ts"

test("a fault as a problem has what the person needs, and nulls for what there is not", () => {
  const fault = new Fault("access-denied", "the password was refused", { hint: "Set dbbackup.user." })
  expect(problemOf(fault)).toEqual({
    code: "access-denied",
    message: "the password was refused",
    hint: "Set dbbackup.user.",
    key: null,
    suggestion: null,
  })
})

test("any other error is called a bug", () => {
  for (const error of [new TypeError("x is not a function"), "x is not a function"])
    expect(problemOf(error)).toMatchObject({ code: "internal", message: "unexpected: x is not a function" })
  expect(problemOf(undefined).code).toBe("internal")
})

test("the first fault in a chain of causes is found", () => {
  const fault = new Fault("disk-full", "no space left")
  const wrapped = new Error("pipeline failed", { cause: new Error("write failed", { cause: fault }) })
  expect(faultIn(wrapped)).toBe(fault)
  expect(faultIn(new Error("alone"))).toBeUndefined()
  expect(faultIn("no error")).toBeUndefined()
})

test("every code says what to do next, and what the API answers", () => {
  for (const code of faultCodes) {
    expect(new Fault(code, "x").next).toBe(meaningOf(code).next)
    expect(apiErrorCodes).toContain(meaningOf(code).api)
  }
})
