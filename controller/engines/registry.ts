// The rules of each engine.
import type { Engine } from "../../schemas/scalar.ts"
import type { EngineRules } from "./engine.ts"
import { mariadb } from "./mariadb.ts"
import { mysql } from "./mysql.ts"
import { postgres } from "./postgres.ts"

const rules: Readonly<Record<Engine, EngineRules>> = { postgres, mysql, mariadb }

export function rulesFor(engine: Engine): EngineRules {
  return rules[engine]
}
