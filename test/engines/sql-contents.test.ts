import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { sqlContents } from "../../controller/engines/sql-contents.ts"

setDefaultTimeout(120_000)

function heldIn(text: string, lengths: readonly number[] = [65_536]) {
  const contents = sqlContents()
  const bytes = Buffer.from(text)
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const length = lengths[index % lengths.length] ?? 1
    contents.push(bytes.subarray(at, at + length))
    at += length
  }
  return contents.held()
}

const definer = "DEFINER=`we``ird@`@`%`"
const pieces = {
  tables: "\n--\n-- Table structure for table `a b`\n--\n\nCREATE TABLE `a b` (\n  `id` int);\n",
  "tables' rows": "\n--\n-- Dumping data for table `a b`\n--\n",
  views: "\n--\n-- Final view structure for view `seen`\n--\n",
  sequences: "\n--\n-- Sequence structure for `s`\n--\n",
  triggers: `\nDELIMITER ;;\n/*!50003 CREATE*/ /*!50017 ${definer}*/ /*!50003 trigger tr before insert on item\n*/;;\nDELIMITER ;\n`,
  events:
    "\nDELIMITER ;;\n/*!50003 SET @saved_cs_client      = @@character_set_client */ ;;\n/*!50106 CREATE*/ ;;\nDELIMITER ;\n",
  procedures: `\nDELIMITER ;;\nCREATE ${definer} PROCEDURE \`p\`()\nselect 1 ;;\nDELIMITER ;\n`,
  functions: `\nDELIMITER ;;\nCREATE ${definer} FUNCTION \`p\`(a int) RETURNS int\nreturn 1 ;;\nDELIMITER ;\n`,
}
type Kind = keyof typeof pieces
const kinds = Object.keys(pieces) as Kind[]
const between = [
  "",
  "x".repeat(5000),
  "y".repeat(40_000),
  `INSERT INTO \`t\` VALUES (1,'\\n--\\n-- Table structure for table \`z\`\\n--\\nDELIMITER ;;\\n');\n`,
  "\n--\n-- Temporary view structure for view `seen`\n--\n",
  "\n--\n-- Dumping events for database 'shop'\n--\n",
]

describe("what a dump of statements holds", () => {
  test("is counted by its headings, however it is cut into chunks, and whatever rows say", () => {
    const parts = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...between)), {
      maxLength: 12,
    })
    const chunkings = fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(parts, chunkings, (list, lengths) => {
        const wanted: Record<string, number> = {}
        for (const [kind] of list) wanted[kind] = (wanted[kind] ?? 0) + 1
        const text = list.map(([kind, filling]) => `${pieces[kind]}${filling}`).join("")
        expect(heldIn(text, lengths)).toEqual(wanted)
      }),
    )
  })

  test("knows routines that were made under ANSI_QUOTES", () => {
    const quoted = pieces.procedures.replace(definer, 'DEFINER="we""ird@"@"%"').replace("`p`", '"p"')
    expect(heldIn(quoted)).toEqual({ procedures: 1 })
  })

  test("knows MariaDB's events, old and new", () => {
    const recent = `\nDELIMITER ;;\n/*!50106 CREATE*/ /*!50117 ${definer}*/ /*!50106 EVENT \`e\` */ ;;\n`
    expect(heldIn(recent + pieces.events)).toEqual({ events: 2 })
  })

  test("leaves MariaDB's packages out", () => {
    expect(heldIn(`\nDELIMITER ;;\nCREATE ${definer} PACKAGE BODY \`p\` AS end ;;\n`)).toEqual({})
  })
})
