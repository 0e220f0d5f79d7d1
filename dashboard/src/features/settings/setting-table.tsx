// Every setting: its value, where it is from, what it is for, and what waits for a restart.
import { Fragment } from "react"
import type { SettingView } from "../../../../schemas/settings-view.ts"
import { Section } from "../../components/page.tsx"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"

export function SettingTable({ settings }: { readonly settings: readonly SettingView[] }) {
  return (
    <Section title="In force" note="the environment goes before the file">
      <Table
        caption="Settings in force"
        columns={[{ label: "Setting" }, { label: "Value" }, { label: "From" }]}
      >
        {settings.map((setting) => (
          <Row key={setting.key}>
            <RowHead>
              <code className="font-mono text-xs wrap-anywhere">{setting.key}</code>
              {setting.description !== "" && (
                <span className="block max-w-md text-xs text-muted">
                  <Marked text={setting.description} />
                </span>
              )}
            </RowHead>
            <Cell label="Value">
              <Value setting={setting} />
            </Cell>
            <Cell label="From">
              <Source setting={setting} />
            </Cell>
          </Row>
        ))}
      </Table>
    </Section>
  )
}

function Value({ setting: { value, afterRestart } }: { readonly setting: SettingView }) {
  return (
    <span className="wrap-anywhere">
      {value === "" ? (
        <span className="text-muted">not set</span>
      ) : (
        <code className="font-mono text-xs">{value}</code>
      )}
      {afterRestart !== null && (
        <span className="block text-xs text-late">
          {afterRestart === "" ? "not set" : afterRestart} after a restart
        </span>
      )}
    </span>
  )
}

function Source({ setting: { source, variable, value } }: { readonly setting: SettingView }) {
  if (source === "file") return <>file</>
  if (source === "default") return <span className="text-muted">{value === "" ? "" : "default"}</span>
  return (
    <span className="wrap-anywhere">
      environment, <code className="font-mono text-xs">{variable}</code>
    </span>
  )
}

/** Text in which words between backticks are code. */
function Marked({ text }: { readonly text: string }) {
  return text.split("`").map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text, in order
    <Fragment key={index}>{index % 2 === 1 ? <code className="font-mono">{part}</code> : part}</Fragment>
  ))
}
