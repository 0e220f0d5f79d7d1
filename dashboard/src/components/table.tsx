// A data table that turns into stacked rows on a narrow screen. Roles are written out because `display: block`
// takes the table's own away in some browsers.
import type { ReactNode } from "react"

export interface Column {
  readonly label: string
  /** Muted text after the label, such as the zone of times. */
  readonly note?: string
  readonly numeric?: boolean
  /** The header is for screen readers only: the cells are buttons. */
  readonly hidden?: boolean
  readonly className?: string
}

interface TableProps {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly children: ReactNode
}

/* biome-ignore-start lint/a11y/noRedundantRoles: see the head of this file */
export function Table({ caption, columns, children }: TableProps) {
  return (
    <table role="table" className="table">
      <caption className="sr-only">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ label, note, numeric, hidden, className }) => (
            <th
              key={label}
              role="columnheader"
              scope="col"
              className={`${numeric ? "numeric" : ""} ${className ?? ""}`}
            >
              {hidden ? <span className="sr-only">{label}</span> : label}
              {note && <span className="font-normal whitespace-nowrap"> ({note})</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  )
}

export function Row({ children }: { readonly children: ReactNode }) {
  return <tr role="row">{children}</tr>
}

/** The cell that names its row. */
export function RowHead({ children }: { readonly children: ReactNode }) {
  return (
    <th role="rowheader" scope="row">
      {children}
    </th>
  )
}

interface CellProps {
  /** Shown before the value where rows are stacked. */
  readonly label?: string
  readonly numeric?: boolean
  /** Stands beside the row's name where rows are stacked, without its label: for states, which name themselves. */
  readonly beside?: boolean
  readonly children?: ReactNode
}

export function Cell({ label, numeric = false, beside = false, children }: CellProps) {
  return (
    <td
      role="cell"
      data-label={beside ? undefined : label}
      className={numeric ? "numeric" : beside ? "beside" : undefined}
    >
      {children}
    </td>
  )
}
/* biome-ignore-end lint/a11y/noRedundantRoles: see the head of this file */
