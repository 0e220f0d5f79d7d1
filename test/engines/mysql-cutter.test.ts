import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { mysqlCutter } from "../../controller/engines/mysql-cutter.ts"
import { headingOf, readOutline } from "../../controller/engines/mysql-sections.ts"

setDefaultTimeout(120_000)

const settings = (name: string) =>
  `-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)\n--\n-- Host: localhost    Database: ${name}\n-- ---\n\n/*!40103 SET TIME_ZONE='+00:00' */;\n`
const footer =
  "/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n\n/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n-- Dump completed\n"
const view = (name: string) =>
  `\n--\n-- Final view structure for view \`${name}\`\n--\n\n/*!50001 VIEW \`${name}\` AS select 1 */;\n`
const body = (text: string, delimiter = ";;") =>
  `\nDELIMITER ${delimiter}\nCREATE PROCEDURE \`p\`()\n${text} ${delimiter}\nDELIMITER ;\n/*!50003 SET sql_mode = @saved_sql_mode */ ;\n`

interface Database {
  readonly name: string
  readonly text: string
  readonly views: string
}
/** As the tool prints it: nothing of views in a dump without any. */
function printed(databases: readonly Database[]): string {
  const head = ({ name }: Database) => headingOf(name).toString()
  const first = databases.map((one) => head(one) + one.text).join("")
  const hasViews = databases.some(({ views }) => views !== "")
  const second = hasViews ? databases.map((one) => head(one) + one.views).join("") : ""
  return settings(databases[0]?.name ?? "") + first + second + footer
}
const alone = ({ name, text, views }: Database) => settings(name) + text + views + footer

function cut(dump: string, databases: readonly Database[], outline: string, lengths: readonly number[]) {
  const names = databases.map(({ name }) => name)
  const cutter = mysqlCutter(names, readOutline(Buffer.from(outline), names))
  const dumps: string[] = []
  let chunks: Buffer[] = []
  const take = (cuts: ReturnType<typeof cutter.push>) => {
    for (const each of cuts)
      if (each === "end") {
        dumps.push(Buffer.concat(chunks).toString())
        chunks = []
      } else chunks.push(Buffer.from(each))
  }
  const bytes = Buffer.from(dump)
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const length = lengths[index % lengths.length] ?? 1
    take(cutter.push(bytes.subarray(at, at + length)))
    at += length
  }
  take(cutter.end())
  return { dumps, stale: cutter.stale(), at: cutter.at() }
}

const table = "\n--\n-- Table structure for table `t`\n--\n\nCREATE TABLE `t` (`i` int);\n"
const imitation = "--\n-- Current Database: `b`\n--\n\nUSE `b`;\n"
const texts = [
  "",
  table,
  `${table}INSERT INTO \`t\` VALUES (1,'\\n${imitation.replaceAll("\n", "\\n")}');\n`,
  body(`begin /*\n${imitation}*/ end`),
  body(`begin /*\nDELIMITER ;;\n${imitation}*/ end`),
  body(`begin select ';;';\n${imitation} end`, ";;;"),
  body("begin end") + body("begin end"),
  `INSERT INTO \`t\` VALUES ('${"x".repeat(5000)}');\n`,
]

describe("a dump of several databases", () => {
  const database = fc.record({
    name: fc.constantFrom("a", "b", "we ird", "back`tick", "漢字", "quo'te", 'quo"te', "-dash", "USE `b`;"),
    text: fc.array(fc.constantFrom(...texts), { maxLength: 4 }).map((list) => list.join("")),
    views: fc.constantFrom("", view("v"), view("v") + view("w")),
  })
  const databases = fc.uniqueArray(database, { minLength: 1, maxLength: 5, selector: ({ name }) => name })
  const chunkings = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 })

  test("is cut into what each alone would be, however it comes in chunks", () => {
    fc.assert(
      fc.property(databases, chunkings, (list, lengths) => {
        const dump = printed(list)
        const outline = printed(list.map((one) => ({ ...one, text: table })))
        const { dumps, stale } = cut(dump, list, outline, lengths)
        expect(dumps).toEqual(list.map(alone))
        expect(stale).toEqual([])
      }),
    )
  })

  const two: readonly Database[] = [
    { name: "a", text: table, views: view("v") },
    { name: "b", text: table, views: "" },
  ]

  test("names the databases whose views came, went or changed since they were read", () => {
    const without = two.map((one) => ({ ...one, views: "" }))
    const other = [two[0], { ...two[1], views: view("new") }] as readonly Database[]
    expect(cut(printed(two), two, printed(without), [64]).stale).toEqual([0])
    expect(cut(printed(without), two, printed(two), [64]).stale).toEqual([0])
    expect(cut(printed(other), two, printed(two), [64]).stale).toEqual([1])
  })

  test("is refused when a heading comes twice, out of order, not at all, or not with its own database", () => {
    const [a, b] = [headingOf("a").toString(), headingOf("b").toString()]
    const whole = printed(two)
    const wrong = [
      whole.replace(b, `${b}${table}${b}`),
      whole.replace(a, b),
      whole.replace(b, ""),
      whole.replace("USE `b`;", "USE `a`;"),
      whole.replace(table, `${table}${imitation.replace(/^/, "\n")}`),
      whole.replace(footer, footer.replace("Dump completed", "Dump")),
      whole.slice(0, -20),
      whole.replace(footer, footer.replace("@OLD_SQL_NOTES", "@SQL_NOTES")),
      printed([{ name: "a", text: table, views: "" }]),
      whole.replace(b, headingOf("c").toString()),
    ]
    for (const text of wrong) expect(() => cut(text, two, whole, [50])).toThrow("not where it was expected")
  })

  test("that ends early says at which database", () => {
    const names = ["a", "b"]
    const cutter = mysqlCutter(names, readOutline(Buffer.from(printed(two)), names))
    expect(cutter.at()).toBe(-1)
    cutter.push(Buffer.from(settings("a") + headingOf("a") + table.repeat(20)))
    expect(cutter.at()).toBe(0)
    cutter.push(Buffer.from(headingOf("b") + table.repeat(20)))
    expect(cutter.at()).toBe(1)
    cutter.push(Buffer.from(`${headingOf("a")}${view("v").repeat(20)}`))
    expect(cutter.at()).toBe(0)
    expect(() => cutter.stale()).toThrow()
  })

  test("has no end in an outline that was cut short", () => {
    expect(() => readOutline(Buffer.from(printed(two).slice(0, -20)), ["a", "b"])).toThrow("the end")
    expect(() => readOutline(Buffer.from(footer), ["a"])).toThrow("in the dump of several databases a is not")
  })
})
