// What is wrong with a server, one under the other.
import type { Problem } from "../../../schemas/errors.ts"
import { ProblemNote } from "./problem.tsx"

export function ProblemList({ problems }: { readonly problems: readonly Problem[] }) {
  if (problems.length === 0) return null
  return (
    <ul className="space-y-2 pt-2">
      {problems.map((problem) => (
        <li key={`${problem.code} ${problem.key} ${problem.message}`}>
          <ProblemNote problem={problem} />
        </li>
      ))}
    </ul>
  )
}
