import { expect, test } from "bun:test"
import fc from "fast-check"
import { statementWalk } from "../../controller/engines/statement-walk.ts"
import { type Engine, engineNames } from "../../schemas/scalar.ts"

/** Everything that is told of a text, cut into pieces of that size. */
function told(engine: Engine, text: string, piece: number): unknown[] {
  const all: unknown[] = []
  const walk = statementWalk(engine, {
    statement(code, named, span) {
      all.push([code, named, span])
      return engine === "postgres" && /^copy\b.*\bfrom stdin/i.test(code) ? "rows follow" : undefined
    },
    command: (line, span, isAlone) => void all.push([line, span, isAlone]),
  })
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += piece) walk.push(bytes.subarray(at, at + piece))
  all.push(walk.inside(), walk.settled())
  walk.end()
  return all
}

const whole = [
  ...[
    "select 1, 2 (3);\n",
    "insert into `t` values (1, 'a');\n",
    "-- a comment\n",
    "/* one */",
    "select 'it''s', 1.5;\n",
  ],
  ...[
    "copy t from stdin;\n1\ta\n2\tb\n\\.\n",
    "copy t from stdin;\n\\.\n",
    "copy t from stdin;\n\\.x\n1\n\\.\r\n",
  ],
  ...["delimiter ;;\nselect 1; 2;;\ndelimiter ;\n", "delimiter 1\nuse a1\nselect 21\ndelimiter ;\n"],
  ...[
    "delimiter ,\nselect 1, 2,\nuse x,\ndelimiter ;\n",
    "select 1--1;\n",
    "select 1-- 1;\n;\n",
    "select $a$ b $ $a$;\n",
  ],
]
const broken = [
  ...[
    "'",
    '"',
    "`",
    "\\",
    ";",
    "\n",
    "--",
    "#",
    "/*",
    "*/",
    "/*!",
    "$",
    "$a$",
    "E'",
    "\\.\n",
    "\r\n",
    "\\! x\n",
  ],
]

test("what is passed over at once is what would be passed over one by one, wherever the text is cut", () => {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...whole) },
    { weight: 1, arbitrary: fc.constantFrom(...broken) },
  )
  const text = fc.array(piece, { maxLength: 12 }).map((all) => all.join(""))
  fc.assert(
    fc.property(
      fc.constantFrom(...engineNames),
      text,
      fc.integer({ min: 2, max: 40 }),
      (engine, text, piece) => {
        const slowly = told(engine, text, 1)
        expect(told(engine, text, piece)).toEqual(slowly)
        expect(told(engine, text, 10_000)).toEqual(slowly)
      },
    ),
    { numRuns: 500 },
  )
})

test("each statement tells where it is, from the end of what came before", () => {
  const text = "-- one\nselect 1;\n\\restrict a\ncopy t from stdin;\n1\n\\.\n select 'x;';"
  const spans = told("postgres", text, 4).flatMap((each) =>
    Array.isArray(each) ? [each.at(each.length === 3 && typeof each[2] === "boolean" ? 1 : 2)] : [],
  )
  expect(spans.map(({ from, until }) => text.slice(from, until))).toEqual([
    "-- one\nselect 1;",
    "\n\\restrict a\n",
    "copy t from stdin;",
    " select 'x;';",
  ])
})

test("names are told beside the text without them", () => {
  const [first] = told("mysql", "INSERT /* x */ INTO `a``b` VALUES ('c', \"d\");", 3) as [string[]]
  expect(first.slice(0, 2)).toEqual([
    "INSERT   INTO `` VALUES ('', \"\")",
    "INSERT   INTO `a``b` VALUES ('', \"d\");",
  ])
})

test("it tells what a text that was cut ends inside of", () => {
  const inside = (engine: Engine, text: string) => {
    const walk = statementWalk(engine, { statement: () => "rows follow", command() {} })
    walk.push(Buffer.from(text))
    return walk.inside()
  }
  expect(inside("postgres", "select 'a")).toBe("a string or a quoted name")
  expect(inside("postgres", "select 'a'")).toBeNull()
  expect(inside("postgres", "copy t from stdin;\n1\n")).toBe("the rows of a table")
  expect(inside("mysql", "select 1; /* a")).toBe("a comment")
  expect(inside("postgres", "select $x$ a $")).toBe("a quoted text")
})
