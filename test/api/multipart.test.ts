// A form with a file, as browsers and curl send it: read as it comes, wherever it is cut.
import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { uploadedFile } from "../../controller/api/multipart.ts"

const boundary = "----WebKitFormBoundaryX1"
const type = `multipart/form-data; boundary=${boundary}`
const part = (head: string, body: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`
const file = (body: string, name = "old.sql") =>
  part(`name="file"; filename="${name}"\r\nContent-Type: application/octet-stream`, body)
const end = `--${boundary}--\r\n`

async function* inPieces(text: string, length: number) {
  const bytes = Buffer.from(text, "latin1")
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}
async function read(text: string, piece = 10, contentType = type) {
  const form = await uploadedFile(inPieces(text, piece), contentType)
  const body = Buffer.concat(await form.file.toArray()).toString("latin1")
  return { body, fileName: form.fileName, fields: [...form.fields] }
}
const refusal = async (...given: Parameters<typeof read>): Promise<string> =>
  await read(...given).then(
    () => "taken",
    (error: Error) => error.message,
  )

test("the file comes out as it is, whatever is in it and wherever the form is cut", async () => {
  const unit = fc.constantFrom("\r", "\n", "-", "a", "\0", "\xff", `\r\n--${boundary.slice(0, -1)}`, "--")
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit, maxLength: 30 }),
      fc.integer({ min: 1, max: 200 }),
      async (body, piece) => {
        expect(await read(file(body) + end, piece)).toEqual({ body, fileName: "old.sql", fields: [] })
      },
    ),
  )
})

test("fields come before it, and its name is no path", async () => {
  const form = part('name="identity"', "AGE-SECRET") + file("x", "C:\\dumps\\..\\a%22b/o\u0007ld.sql") + end
  expect(await read(form)).toEqual({ body: "x", fileName: "old.sql", fields: [["identity", "AGE-SECRET"]] })
  expect((await read(file("x", "") + end)).fileName).toBe("upload")
  expect((await read(file("x", "n".repeat(500)) + end)).fileName).toHaveLength(200)
  expect(
    (await read(file("x") + end, 10, `Multipart/Form-Data; charset=x; boundary="${boundary}"`)).body,
  ).toBe("x")
})

describe("refused is", () => {
  const whole = file("x".repeat(100)) + end
  test("a form that was cut, at any place", async () => {
    for (let length = 1; length < whole.length - 3; length += 7)
      expect(await refusal(whole.slice(0, length))).toBe("the upload did not come to its end")
  })

  test.each([
    ["another body", whole, "application/json", "the body is no form with a file"],
    ["a form without a file", part('name="a"', "b") + end, type, "the form has no part `file`"],
    ["a part without a name", part("x=y", "b") + end, type, "a part of the form has no name"],
    [
      "what follows the file",
      file("x") + part('name="a"', "b") + end,
      type,
      "the form goes on after the file",
    ],
    [
      "a field without end",
      part('name="a"', "b".repeat(70_000)) + end,
      type,
      "a part of the form is too long",
    ],
    ["many fields", part('name="a"', "b").repeat(11) + end, type, "the form has too many parts"],
  ])("%s", async (_, text, contentType, message) => {
    expect(await refusal(text, 1000, contentType)).toBe(message)
  })
})
