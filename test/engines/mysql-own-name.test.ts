// The name of the dumped database in its own dump: taken out, wherever the stream is split, and nothing else with it.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { withoutOwnName } from "../../controller/engines/mysql-own-name.ts"

setDefaultTimeout(120_000)

function rewritten(text: string, sizes: readonly number[] = []): string {
  const rewriter = withoutOwnName()
  const bytes = Buffer.from(text)
  const out: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    out.push(...rewriter.push(bytes.subarray(at, at + size)))
    at += size
  }
  out.push(...rewriter.push(bytes.subarray(at)), ...rewriter.end())
  return Buffer.concat(out).toString()
}

const alter = (name: string, end = ";") =>
  `\nALTER DATABASE ${name}CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci ${end}\n`
const name = `\`it\`\`s a \n "name" 🐘\` `
const around = (name: string) =>
  `-- MySQL dump\n${alter(name)}CREATE PROCEDURE p() SELECT 1 ;;\n${alter(name, ";;")}${alter(name)}-- Dump completed\n`

test("a dump alters the database that it is loaded into, and no other", () => {
  expect(rewritten(around(name))).toBe(around(""))
  const longest = `\`${"``".repeat(64)}\` `
  expect(rewritten(around(longest))).toBe(around(""))
})

test("wherever it is split", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }), (sizes) => {
      expect(rewritten(around(name), sizes)).toBe(around(""))
    }),
  )
})

test.each([
  "INSERT INTO `t` VALUES ('x\\nALTER DATABASE `a` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;');\n",
  "\nALTER DATABASE `a` UPGRADE DATA DIRECTORY NAME;\n",
  "\nALTER DATABASE `a` CHARACTER SET utf8mb4",
  "\nALTER DATABASE `a",
  "\nALTER TABLE `a` DISABLE KEYS ;\n\nALTER DATABASE",
  `\nALTER DATABASE \`${"a".repeat(600)}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;\n`,
])("what is none of that stays as it is: %j", (text) => {
  expect(rewritten(text)).toBe(text)
  expect(
    rewritten(
      text,
      [...text].map(() => 1),
    ),
  ).toBe(text)
})
