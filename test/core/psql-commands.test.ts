// What psql would run by itself in a dump, and what only looks like it.
import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { psqlCommands } from "../../controller/core/psql-commands.ts"

setDefaultTimeout(120_000)

const found = (text: string) => {
  const commands = psqlCommands()
  commands.push(text)
  return commands.found()
}

describe("a command is", () => {
  test.each([
    ["at the beginning of a line", "select 1;\n\\! rm -rf /\n", "\\! rm -rf /", 2],
    ["behind a statement", "select 1 \\! id\n", "\\! id", 1],
    ["the last thing, without a line break", "\\connect other", "\\connect other", 1],
    [
      "after rows",
      "COPY t (a) FROM stdin;\n\\N\n\\.\n\\copy t to program 'x'\n",
      "\\copy t to program 'x'",
      4,
    ],
    ["after a comment", "/* a /* b */ c */\\i /etc/passwd\n", "\\i /etc/passwd", 1],
    ["after a comment that looks open", "/*/ */ \\!x\n", "\\!x", 1],
    ["after a line comment", "-- '\n\\!x\n", "\\!x", 2],
    ["after a string that ends in a backslash", "select 'a\\';\\!x\n", "\\!x", 1],
    ["after an escape string", "select E'a\\'';\\!x\n", "\\!x", 1],
    ["after an escape string with a doubled quote", "select E'it''s \\'';\\!x\n", "\\!x", 1],
    ["after a dollar quote", "do $a$ $b$ $a$;\\!x\n", "\\!x", 1],
    ["between numbered parameters", "prepare p as select $1$ \\! x $1$\n", "\\! x $1$", 1],
    ["after a quoted name", 'select "a""b\\" \\!x\n', "\\!x", 1],
    [
      "where COPY is no statement of its own",
      "create function f() begin atomic select 1;\nCOPY t FROM stdin;\n\\!x\n",
      "\\!x",
      3,
    ],
    ["where COPY is in parentheses", "(;COPY t FROM stdin;\n\\!x\n", "\\!x", 2],
    ["behind a harmless one's name", "\\restrict a \\! x\n", "\\restrict a \\! x", 1],
    ["what cannot be read with certainty", "select E'a' -- b\n'c\\' \\!x '\n", "'", 2],
  ])("%s", (_, text, command, line) => {
    expect(found(text)).toEqual({ command, line })
  })
})

describe("none is", () => {
  test.each([
    ["a restricted dump", "\\restrict Abc123\nselect 1;\n\\unrestrict Abc123\n"],
    ["rows", 'COPY public."t;x" (a, "b c") FROM stdin;\n\\N\t\\\\!\n\\!x\n\\.x\n\\.\nselect 1;\n'],
    ["no rows", "COPY t (a) FROM stdin;\n\\.\n"],
    [
      "rows after comments",
      "--\n-- Data for Name: t; Type: TABLE DATA\n--\n\nCOPY public.t (a) FROM stdin;\n\\N\n\\.\n",
    ],
    ["a string", "select 'a\n\\! b', E'\\\\', e'\\'\\!', 'it''s \\';\n"],
    ["an escape string over two lines", "select E'a'\n'b\\'\\!';\n"],
    ["a name", 'create table "\\! ""x" ();\n'],
    ["a body", "create function f() as $_$ \\! $b$ '$_$ language sql;\n"],
    ["a comment", "/* \\! /* ' */ \\! */ -- \\!\nselect 1;\n"],
    ["an identifier with a dollar", "select a$b, c$d from t; select '\\!';\n"],
  ])("%s", (_, text) => {
    expect(found(text)).toBeNull()
  })
})

test("however the text is cut, the same is found", () => {
  const pieces = fc.constantFrom(
    "'",
    "E'",
    '"',
    "$$",
    "$a$",
    "--",
    "\n",
    "/*",
    "*/",
    "\\",
    "\\!x\n",
    ";",
    "(",
    ")",
    "COPY t FROM stdin;\n",
    "\\.\n",
    "x",
    " ",
    "\\N\n",
  )
  const texts = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(""))
  fc.assert(
    fc.property(texts, fc.array(fc.integer({ min: 1, max: 7 })), (text, cuts) => {
      const commands = psqlCommands()
      let at = 0
      for (const cut of cuts) {
        commands.push(text.slice(at, at + cut))
        at += cut
      }
      commands.push(text.slice(at))
      expect(commands.found()).toEqual(found(text))
    }),
    { numRuns: 2000 },
  )
})
