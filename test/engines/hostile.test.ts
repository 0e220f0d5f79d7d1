import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import { guardAgainst } from "../../controller/engines/hostile.ts"
import type { Engine } from "../../schemas/scalar.ts"

setDefaultTimeout(120_000)

/** What it is refused for, or undefined. Cut into pieces of that size. */
function refusal(engine: Engine, text: string, piece = 7): string | undefined {
  const guard = guardAgainst(engine)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += piece) guard.push(bytes.subarray(at, at + piece))
  try {
    guard.finish()
  } catch (error) {
    if (error instanceof Fault) return error.message
    throw error
  }
  return undefined
}

const ordinary: Readonly<Record<Engine, string>> = {
  postgres: String.raw`\restrict abc123
--
-- PostgreSQL database dump; \! is text here
--
/* so is \! here, /* and */ \! here */
SET standard_conforming_strings = on;
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $_$ select '\! "'; \! $x$ $_$;
CREATE TABLE "odd \! ""name" (i int, t text DEFAULT E'it\'s \\! ''x', u text DEFAULT 'C:\');
COPY public.item (id, name) FROM stdin;
1	\\! touch
2	\N
\.

COPY public.empty (id) FROM stdin;
\.

INSERT INTO t VALUES ('a''\', 'CREATE ROLE x;');
CREATE USER MAPPING FOR app SERVER other;
\unrestrict abc123
`,
  mysql: String.raw`-- MySQL dump 10.13; USE other;
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!50503 SET NAMES utf8mb4 */;
# \! a comment
CREATE TABLE ${"`odd ; use``x`"} (id int /* ; use x */) COMMENT='it\'s; use x';
INSERT INTO t VALUES ('\\','; use other;',"a\"; drop database x;"),(1--1),(0x00);
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=${"`app`@`%`"}*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN
  set @a = 1; use other; grant all on x to y; END */;;
CREATE DEFINER=${"`app`@`%`"} PROCEDURE ${"`p`"}() insert into other.t select 1.5;;
DELIMITER ;
/*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50013 DEFINER=${"`app`@`%`"} SQL SECURITY DEFINER */ /*!50001 VIEW ${"`v` AS select `t`.`id` from `other`.`t`"} */;
/*!40000 ALTER TABLE t ENABLE KEYS */;
-- Dump completed
`,
  mariadb: String.raw`/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump
/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */;
INSERT INTO t VALUES ('\';use x;');
`,
}

describe("a dump that stays within its database", () => {
  test.each(Object.entries(ordinary) as [Engine, string][])("of %s passes", (engine, text) => {
    for (const piece of [1, 3, 7, 10_000]) expect(refusal(engine, text, piece)).toBeUndefined()
  })

  test("tells whether it confines psql by itself", () => {
    const guard = guardAgainst("postgres")
    guard.push(Buffer.from(ordinary.postgres))
    expect(guard.confinesItself()).toBe(true)
    const other = guardAgainst("postgres")
    other.push(Buffer.from("select 1;\n"))
    expect(other.confinesItself()).toBe(false)
  })
})

describe("a dump is refused", () => {
  test.each([
    ["postgres", "\\! touch /tmp/x\n", "is a command of the client"],
    ["postgres", "select 1;\n\\copy t to '/etc/x'\n", "is a command of the client"],
    ["postgres", "select 1 \\g /tmp/x\n", "is a command of the client"],
    ["postgres", "\\connect other\ncreate table t ();\n", "is a command of the client"],
    ["postgres", "select '\\'; \\! touch x\n", "is a command of the client"],
    ["postgres", "select $a$ $b$ $a$; \\! x\n", "is a command of the client"],
    ["postgres", "/*/ \\! */ */ select 1;\n\\! x\n", "is a command of the client"],
    ["postgres", "copy t from stdin;\n1\n\\.\n\\! x\n", "is a command of the client"],
    ["postgres", "\\restrict a1\n\\unrestrict a1\n\\! x\n", "is a command of the client"],
    ["postgres", "\\restrict k9z\nselect 'k9z';\n\\unrestrict k9z\n", "its key is in it more than twice"],
    ["postgres", "\\restrict a1\n\\unrestrict a1\nselect 1;\n", "goes on after the line that ends it"],
    ["postgres", "select 1;\n\\restrict a1\n", "is a command of the client"],
    ["postgres", "copy t from program 'id';\n", "runs a program"],
    ["postgres", "COPY (select 1)\n TO '/tmp/x';\n", "file of the server"],
    ["postgres", "/* a */ create /* b */ role x superuser;\n", "changes the roles"],
    ["postgres", "drop database shop;\n", "another database"],
    ["postgres", "alter system set x = 1;\n", "settings of the server"],
    ["postgres", "set standard_conforming_strings = off;\n", "how strings are read"],
    ["mysql", "USE `shop`;\n", "another database"],
    ["mysql", "/*!40000 DROP DATABASE IF EXISTS `shop`*/;\n", "another database"],
    ["mysql", "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop`;\n", "another database"],
    ["mysql", "select '\\''; use other;\n", "another database"],
    ["mysql", "select 1--1; use other;\n", "another database"],
    ["mysql", "select 'a\\xb'; use other;\n", "another database"],
    ["mysql", "delimiter //\nselect 1//\nuse other//\n", "another database"],
    ["mysql", "delimiter ,\nselect 2,use other,\n", "another database"],
    ["mysql", "delimiter 10\nselect 2 10use other10\n", "another database"],
    ["mysql", "/*M! ' */ use other; -- '\n", "another database"],
    ["mariadb", "/*M! use other */;\n", "another database"],
    ["mysql", "INSERT INTO `other`.`t` VALUES (1);\n", "names a database by itself, `other`"],
    ["mysql", "insert ignore other . t values (1);\n", "names a database by itself, other"],
    ["mysql", "/*!50001 DROP */ TABLE IF EXISTS `a``b`.t;\n", "names a database by itself"],
    ["mariadb", "CREATE DEFINER=`a`@`%` PROCEDURE `x`.p() select 1;\n", "names a database by itself"],
    ["mysql", "delete from other.t;\n", "names a database by itself"],
    ["mysql", "grant all on *.* to app;\n", "accounts of the server"],
    ["mysql", "SET @@GLOBAL.GTID_PURGED='x';\n", "settings of the server"],
    ["mysql", "set @a = 1, global max_connections = 1;\n", "settings of the server"],
    ["mysql", "load data local infile '/etc/passwd' into table t;\n", "reads a file"],
    ["mysql", "select * from t into outfile '/tmp/x';\n", "writes a file"],
    ["mysql", "\\! touch /tmp/x\n", "is a command of the client"],
    ["mysql", "system touch /tmp/x\n", "is a command of the client"],
    ["mariadb", "install plugin x soname 'y';\n", "commands the server itself"],
  ] as const)("%s: %p", (engine, text, why) => {
    for (const piece of [1, 5, 1000]) expect(refusal(engine, text, piece)).toContain(why)
  })

  test("with what is wrong in it, cut short", () => {
    expect(refusal("mysql", `use ${"x".repeat(5000)};\n`)).toBe(
      `the dump was made elsewhere, and is not loaded: the statement use ${"x".repeat(56)}… goes on in another database than the one that is restored`,
    )
  })
})

test("whatever a string of PostgreSQL holds, what follows it is seen, and what is in it is not", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("'", "\\", "$", "-", "/", "*", "a", "\n", ";", '"') }),
      (inside) => {
        const literal = `'${inside.replaceAll("'", "''")}'`
        expect(refusal("postgres", `select ${literal};\nselect 2;\n`)).toBeUndefined()
        expect(refusal("postgres", `select ${literal};\n\\! x\n`)).toContain("command of the client")
      },
    ),
  )
})

test("whatever a string of MySQL holds, what follows it is seen, and what is in it is not", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("'", "\\", "`", "-", "/", "*", "#", "\n", ";", '"') }),
      (inside) => {
        const literal = `'${inside.replaceAll(/['\\]/g, "\\$&")}'`
        expect(refusal("mysql", `select ${literal};\nselect 2;\n`)).toBeUndefined()
        expect(refusal("mysql", `select ${literal}; use x;\n`)).toContain("another database")
      },
    ),
  )
})
