// What is written in another way in a dump as it passes, wherever the stream is split, and nothing else with it.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { mysqlRewriter } from "../../controller/engines/mysql-rewriter.ts"

setDefaultTimeout(120_000)

const own = "my `shop"

function rewritten(text: string, sizes: readonly number[] = []): string {
  const rewriter = mysqlRewriter(own)
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

const column = (asks: string, after = "") =>
  `CREATE TABLE \`t\` (\n  \`i\` int(11) DEFAULT (${asks} + 1)${after},\n  \`nextval(\` text\n);\n`
const ofOwn = "nextval(`my ``shop`.`num``bers`)"

test("a column asks a sequence of the database that it is loaded into; one of another database stays", () => {
  expect(rewritten(column(ofOwn))).toBe(column("nextval(`num``bers`)"))
  for (const text of [
    column("nextval(`other`.`numbers`)"),
    column("7", ` COMMENT '${ofOwn}'`),
    `INSERT INTO \`t\` VALUES ('\\n  \`i\` int DEFAULT ${ofOwn}'),\n('${ofOwn}');\n`,
  ])
    expect(rewritten(text)).toBe(text)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 }), (sizes) => {
      expect(rewritten(column(ofOwn), sizes)).toBe(column("nextval(`num``bers`)"))
    }),
  )
})

const archive = (count: string) =>
  `CREATE TABLE \`a\` (\n  \`i\` int\n) ENGINE=ARCHIVE${count} DEFAULT CHARSET=utf8mb4;\n`

test("a table of ARCHIVE counts on from its own rows", () => {
  expect(rewritten(archive(" AUTO_INCREMENT=3"))).toBe(archive(""))
  expect(rewritten(archive(""))).toBe(archive(""))
})

const locked =
  "\nLOCK TABLES `a``b` WRITE;\nINSERT INTO `a``b` VALUES\n(1,'\\nLOCK TABLES `x` WRITE;');\nUNLOCK TABLES;\n"
const sequence = "\n--\n-- Sequence structure for `s`\n--\n"

test("tables are not locked where there are sequences, which would have to be locked, too", () => {
  const bare = locked.replace("LOCK TABLES `a``b` WRITE;", "-- not locked, for the sequences")
  expect(rewritten(locked)).toBe(locked)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 }), (sizes) => {
      expect(rewritten(sequence + locked + locked, sizes)).toBe(sequence + bare + bare)
    }),
  )
})
