// Where one is in the dialog.
const names = ["Name", "Plan", "Restore"] as const

export function StepLine({ current }: { readonly current: 1 | 2 | 3 }) {
  return (
    <ol aria-label="Steps" className="flex gap-4 text-xs text-muted">
      {names.map((name, index) => (
        <li
          key={name}
          aria-current={index + 1 === current ? "step" : undefined}
          className="aria-[current]:font-semibold aria-[current]:text-ink"
        >
          {index + 1}. {name}
        </li>
      ))}
    </ol>
  )
}
