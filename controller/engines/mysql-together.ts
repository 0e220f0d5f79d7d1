// Several databases of MySQL or MariaDB by one run of the dump tool: in its one transaction, every table shows the same instant.
import type { Compression } from "../../schemas/scalar.ts"
import type { Access, DumpPlan, ProbedDatabase, Script, Together } from "./engine.ts"
import { mysqlCutter } from "./mysql-cutter.ts"
import { headingOf, readOutline } from "./mysql-sections.ts"

const several = ["--skip-dump-date", "--no-create-db", "--databases", "--"]
/** In a manifest: each names the others, and there may be thousands. */
const mostNamed = 20

/** `options`: of the dump of one database. `programs`: those of them that the outline does without. */
export function mysqlTogether(rules: {
  readonly script: (access: Access, ...args: readonly string[]) => Script
  readonly canDump: (database: ProbedDatabase) => boolean
  readonly options: readonly string[]
  readonly programs: readonly string[]
  readonly dumpOne: (compress: Compression) => Omit<DumpPlan, "script" | "command">
}): Together {
  const { script, options, programs } = rules
  return {
    // A line break in a name is written in different ways by different versions.
    joins: (database) => !/\p{Cc}/u.test(database.name) && rules.canDump(database),
    outline(databases, access) {
      const plain = options.filter((option) => !programs.includes(option))
      const names = outlined(databases)
      return {
        names,
        script: script(access, ...plain, "--skip-triggers", "--no-data", ...several, ...names),
      }
    },
    failedAt(names, printed) {
      return names.findLast((name) => printed.includes(headingOf(name)))
    },
    dump(databases, printed, { tool }, access, compress) {
      const names = databases.map(({ name }) => name)
      const told = outlined(databases)
      const { views, footer } = readOutline(printed, told)
      const none = Buffer.alloc(0)
      const viewsOf = (name: string) => views[told.indexOf(name)] ?? none
      const more = names.length > mostNamed ? [`… and ${names.length - mostNamed} more`] : []
      return {
        plan: {
          ...rules.dumpOne(compress),
          script: script(access, ...options, ...several, ...names),
          command: [tool, ...options, ...several, ...names.slice(0, mostNamed), ...more],
        },
        cutter: mysqlCutter(names, { views: names.map(viewsOf), footer }),
      }
    },
  }
}

/** Those with views, else the one with the fewest tables: the end of a dump is the same whatever is dumped. */
function outlined(databases: readonly ProbedDatabase[]): readonly string[] {
  const viewed = databases.filter(({ facts }) => (facts.objects?.views ?? 0) > 0)
  const smallest = [...databases].sort((a, b) => a.facts.tables - b.facts.tables).slice(0, 1)
  return (viewed.length > 0 ? viewed : smallest).map(({ name }) => name)
}
