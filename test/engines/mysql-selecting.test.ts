// Chosen tables out of dumps of mysqldump and mariadb-dump: statement by statement, wherever the bytes are cut, whatever rows hold.
import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import type { Selection } from "../../controller/core/selection.ts"
import { mysqlSelecting } from "../../controller/engines/mysql-selecting.ts"

/** Text in a row that looks like all the rest of a dump. */
const bait = "it''s \\'); -- \\n\\nDELIMITER ;;\\n/*! */ DROP TABLE `customer`; # `\\\\"
const order = `DROP TABLE IF EXISTS \`order\`;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE \`order\` (
  \`id\` int NOT NULL COMMENT 'a, b) FOREIGN KEY (\`x\`) REFERENCES \`y\` (\`z\`)',
  \`customer\` int DEFAULT NULL,
  PRIMARY KEY (\`id\`),
  CONSTRAINT \`order_customer\` FOREIGN KEY (\`customer\`) REFERENCES \`customer\` (\`id\`) ON DELETE SET NULL,
  CONSTRAINT \`positive\` CHECK ((\`id\` > 0))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
`
const orderWithout = order.replace(/,\n {2}CONSTRAINT `order_customer`.*SET NULL/, "")
const orderRows = `LOCK TABLES \`order\` WRITE;
/*!40000 ALTER TABLE \`order\` DISABLE KEYS */;
INSERT INTO \`order\` VALUES (1,'${bait}'),(2,'b');
/*!40000 ALTER TABLE \`order\` ENABLE KEYS */;
UNLOCK TABLES;
`
const orderTrigger = `/*!50003 SET sql_mode = 'ANSI' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=\`root\`@\`localhost\`*/ /*!50003 TRIGGER \`on\` BEFORE INSERT ON Order FOR EACH ROW begin
  -- it's
  insert into customer values (1); set @a = 'x;;';
end */;;
DELIMITER ;
`
const customer = `
--
-- Table structure for table \`customer\`
--

DROP TABLE IF EXISTS \`customer\`;
CREATE TABLE \`customer\` (
  \`id\` int NOT NULL
) ENGINE=InnoDB;
`
const customerRows = `LOCK TABLES \`customer\` WRITE;
INSERT INTO \`customer\` VALUES (7);
UNLOCK TABLES;
`
const viewStandIn = (name: string) => `/*!50001 DROP VIEW IF EXISTS \`${name}\`*/;
/*!50001 CREATE VIEW \`${name}\` AS SELECT
 1 AS \`id\`*/;
`
const view = (name: string, reads: string) => `/*!50001 DROP VIEW IF EXISTS \`${name}\`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=\`root\`@\`%\` SQL SECURITY DEFINER */
/*!50001 VIEW \`${name}\` AS select \`c\`.\`order\` AS \`order\` from ${reads} */;
`
const programs = `/*!50106 DROP EVENT IF EXISTS \`e\` */;
DELIMITER ;;
/*!50106 CREATE*/ /*!50117 DEFINER=\`root\`@\`%\`*/ /*!50106 EVENT \`e\` ON SCHEDULE EVERY 1 DAY DO delete from \`order\` */ ;;
DELIMITER ;
/*!50003 DROP PROCEDURE IF EXISTS \`p\` */;
ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_bin ;
DELIMITER $$
CREATE DEFINER=\`root\`@\`%\` PROCEDURE \`p\`()
begin
  select 'DELIMITER ;' /* ; */ ; # ;
end $$
DELIMITER ;
`
const settings =
  "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n/*!40101 SET NAMES utf8mb4 */;\n"
const end = "/*!40101 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n-- Dump completed\n"
const dump = [
  settings,
  order,
  orderRows,
  orderTrigger,
  customer,
  customerRows,
  viewStandIn("rich"),
  viewStandIn("richer"),
  programs,
  view("rich", "(`customer` `c` join `order`.`far`)"),
  view("richer", "`rich` `c`"),
  end,
].join("")

function taken(asked: Partial<Selection>, text = dump, sizes: readonly number[] = []) {
  const selecting = mysqlSelecting({ tables: undefined, content: "all", present: null, ...asked }, "shop")
  const bytes = Buffer.from(text)
  const chunks: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  chunks.push(bytes.subarray(at))
  for (const chunk of chunks) selecting.push(chunk)
  selecting.finish()
  const rewriter = selecting.rewriter()
  const out = [...chunks.flatMap((chunk) => rewriter.push(chunk)), ...rewriter.end()]
  return { text: Buffer.concat(out).toString(), ...selecting.selected() }
}

/** Statements, without what has no effect: comments, blank lines, settings, and DELIMITER around nothing. */
const effects = (text: string) =>
  text
    .replaceAll(/^--.*\n|^\n/gm, "")
    .replaceAll(/^(\/\*M!99.*\*\/ |\/\*!\d+ SET .*|UNLOCK TABLES;|ALTER DATABASE .*)\n/gm, "")
    .replaceAll(/DELIMITER (;;|\$\$)\nDELIMITER ;\n/g, "")

describe("into a new database", () => {
  test("a table comes with its rows and triggers, without foreign keys to what is left out", () => {
    const { text, tables, sequences, said } = taken({ tables: ["order"] })
    expect(effects(text)).toBe(effects(orderWithout + orderRows + orderTrigger))
    expect(text).toContain("SET NAMES utf8mb4")
    expect([...tables]).toEqual([["order", true]])
    expect([...sequences]).toEqual(["order"])
    expect(said).toEqual([
      "Left out, as a table that they refer to is left out: the foreign key order_customer of order",
    ])
  })

  test("a foreign key between two that are chosen stays", () => {
    const { text, said } = taken({ tables: ["order", "shop.customer"] })
    expect(effects(text)).toBe(effects(order + orderRows + orderTrigger + customer + customerRows))
    expect(said).toEqual([])
  })

  test("a view brings along, without rows, what it reads, however far down", () => {
    const { text, tables, said } = taken({ tables: ["richer"] })
    const [rich, richer] = [view("rich", "(`customer` `c` join `order`.`far`)"), view("richer", "`rich` `c`")]
    expect(effects(text)).toBe(
      effects(customer + viewStandIn("rich") + viewStandIn("richer") + rich + richer),
    )
    expect([...tables]).toEqual([["customer", false]])
    expect(said).toEqual([
      "What is chosen cannot be made without rich, customer: they come along without rows",
    ])
  })

  test("a view that calls a function brings the functions along, and no other program", () => {
    const f = "DELIMITER ;;\nCREATE DEFINER=`root`@`%` FUNCTION `F`() RETURNS int\nreturn 1 ;;\nDELIMITER ;\n"
    const text = dump.replace(programs, `${programs}/*!50003 DROP FUNCTION IF EXISTS \`F\` */;\n${f}`)
    const calling = text.replace("select `c`.`order` AS", "select `f`(`c`.`order`) AS")
    const { text: out, said } = taken({ tables: ["rich"] }, calling)
    expect(out).toContain("DROP FUNCTION IF EXISTS `F`")
    expect(out).toContain("FUNCTION `F`() RETURNS int")
    expect(out).not.toContain("PROCEDURE")
    expect(said[0]).toBe("A view that is chosen calls functions: all functions of the backup come along")
    expect(taken({ tables: ["rich"] }, text).text).not.toContain("FUNCTION")
  })

  test("a name that is not in the dump is refused, with the nearest", () => {
    expect(() => taken({ tables: ["ordr"] })).toThrow('the backup holds no table or view "ordr"')
    try {
      taken({ tables: ["ordr"] })
    } catch (error) {
      expect(error).toMatchObject({ code: "request-invalid", suggestion: "order" })
    }
  })

  test("a dump with a statement that nobody can place is refused, not guessed at", () => {
    const odd = dump.replace("-- Dump completed", "OPTIMIZE TABLE `order`;\n-- Dump completed")
    expect(() => taken({ tables: ["order"] }, odd)).toThrow(
      'nobody can tell what of it is "OPTIMIZE TABLE order"',
    )
    expect(taken({ content: "schema" }, odd).text).toContain("OPTIMIZE")
  })

  test("without rows, everything comes but rows", () => {
    const { text, tables } = taken({ content: "schema" })
    const want = [order, orderTrigger, customer, viewStandIn("rich"), viewStandIn("richer"), programs]
    const views = view("rich", "(`customer` `c` join `order`.`far`)") + view("richer", "`rich` `c`")
    expect(effects(text)).toBe(effects(want.join("") + views))
    expect(text).toContain("ALTER DATABASE CHARACTER SET latin1")
    expect([...tables.values()]).toEqual([false, false])
    expect(taken({ content: "schema", tables: ["order"] }).text).not.toContain("INSERT INTO")
  })
})

describe("into a database that is there", () => {
  test("a foreign key to a table that is there stays, and the database itself is not altered", () => {
    const { text } = taken({ tables: ["order"], present: ["customer"] })
    expect(effects(text)).toBe(effects(order + orderRows + orderTrigger))
    expect(text).not.toContain("ALTER DATABASE")
  })

  test("rows alone take the place of those there, in one transaction that only the end of the dump commits", () => {
    const { text } = taken({ tables: ["order"], content: "data", present: ["order", "customer"] })
    const [insert] = /INSERT INTO `order`.*\n/.exec(orderRows) ?? []
    expect(effects(text)).toStartWith(
      `SET autocommit=0;\nDELETE FROM \`order\`;\n${insert}SET SESSION group_concat`,
    )
    expect(text).toEndWith("EXECUTE dbbackup;\nCOMMIT;\n")
    expect(text.indexOf("SET NAMES")).toBeLessThan(text.indexOf("DELETE"))
  })
})

describe("names and rows that look like something else", () => {
  const names = fc
    .stringMatching(/^[a-zA-Z0-9`'";#\-/*\\ .äß漢]{1,12}$/)
    .filter((name) => name.trim() === name)
  const values = fc.string({
    unit: fc.constantFrom(..."ab'\"`\\;#-/*! \n()äDELIMITER".split("")),
    maxLength: 40,
  })
  const quoted = (name: string) => `\`${name.replaceAll("`", "``")}\``
  const escaped = (value: string) =>
    `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`
  const section = (name: string, value: string) =>
    `DROP TABLE IF EXISTS ${quoted(name)};\nCREATE TABLE ${quoted(name)} (\n  \`a\` text COMMENT ${escaped(value)}\n);\nINSERT INTO ${quoted(name)} VALUES (${escaped(value)});\n`

  test("each table's statements are its own, wherever the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(names, { minLength: 2, maxLength: 4 }),
        fc.array(values, { minLength: 4, maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 40 }),
        (all, texts, sizes) => {
          const sections = all.map((name, index) => section(name, texts[index] ?? ""))
          const text = `/*!40101 SET NAMES utf8mb4 */;\n${sections.join("")}`
          const [first = "", ...others] = all
          expect(effects(taken({ tables: [first] }, text, sizes).text)).toBe(effects(sections[0] ?? ""))
          expect(effects(taken({ tables: others }, text, sizes).text)).toBe(
            effects(sections.slice(1).join("")),
          )
        },
      ),
    )
  })

  test("the whole of a dump is taken alike wherever it is cut", () => {
    const whole = taken({ tables: ["order", "richer"] }).text
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 60 }), (sizes) => {
        expect(taken({ tables: ["order", "richer"] }, dump, sizes).text).toBe(whole)
      }),
    )
    expect(
      taken(
        { tables: ["order", "richer"] },
        dump,
        [...dump].map(() => 1),
      ).text,
    ).toBe(whole)
  })

  test("rows longer than any chunk go by", () => {
    const long = `INSERT INTO \`order\` VALUES ('${"x;'' \\' ".repeat(200_000)}');\n`
    const text = settings + order + long + customer + end
    const sizes = Array.from({ length: 20 }, () => 65_536)
    expect(effects(taken({ tables: ["order"] }, text, sizes).text)).toBe(effects(orderWithout + long))
    expect(effects(taken({ tables: ["customer"] }, text, sizes).text)).toBe(effects(customer))
  })
})
