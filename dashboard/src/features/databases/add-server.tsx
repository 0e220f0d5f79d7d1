// Adds a server outside Docker: its place, whom to connect as, how it proves who it is. Tried first, by the controller.
import { useMutation } from "@tanstack/react-query"
import { type FormEvent, type ReactNode, useId, useState } from "react"
import { useLocation } from "wouter"
import { Button, buttonClass } from "../../components/button.tsx"
import { ConnectionReport } from "../../components/connection.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { Refusal } from "../../components/problem.tsx"
import { plainInput } from "../../components/typed-name.tsx"
import { serverPath } from "../../lib/paths.ts"
import { addServer, tryServer } from "../../lib/queries/outside.ts"
import { emptyForm, type Form, isComplete, requestOf } from "./new-server.ts"

export function AddServer() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button className="max-sm:w-full" onClick={() => setOpen(true)}>
        Add a server outside Docker
      </Button>
      {open && <AddServerDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function AddServerDialog({ onClose }: { readonly onClose: () => void }) {
  const [form, setForm] = useState<Form>(emptyForm)
  const [, navigate] = useLocation()
  const trial = useMutation(tryServer)
  const adding = useMutation({ ...addServer, onSuccess: ({ id }) => navigate(serverPath(id)) })
  const busy = trial.isPending || adding.isPending
  const set = (key: keyof Form) => (value: string) => {
    trial.reset()
    setForm((before) => ({ ...before, [key]: value }))
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isComplete(form) && !busy) adding.mutate(requestOf(form))
  }
  const checks = form.mode.startsWith("verify")
  return (
    <Dialog title="Add a server outside Docker" onClose={onClose}>
      <form onSubmit={submit} className="space-y-4 text-sm" autoComplete="off">
        <p className="max-w-prose text-muted">
          A PostgreSQL, MySQL or MariaDB server that the Docker host reaches. Its tools run in a throw-away
          container, from a local image of its engine.
        </p>
        <div className="grid gap-4 sm:grid-cols-2">
          <Text label="Name" value={form.name} onChange={set("name")} help="Its backups are found by it." />
          <Choice label="Engine" value={form.type} onChange={set("type")} options={engines} />
          <Text label="Host" value={form.host} onChange={set("host")} help="As the Docker host knows it." />
          <Text
            label="Port"
            value={form.port}
            onChange={set("port")}
            placeholder={form.type === "postgresql" ? "5432" : "3306"}
          />
          <Text label="User" value={form.user} onChange={set("user")} />
          <Text
            label="Password"
            value={form.password}
            onChange={set("password")}
            secret
            help="Sealed with ENCRYPTION_KEY, and never shown."
          />
          <Choice label="TLS" value={form.mode} onChange={set("mode")} options={modes} />
          <Text
            label="Schedule"
            value={form.schedule}
            onChange={set("schedule")}
            placeholder="daily"
            help="A preset or a cron pattern."
          />
        </div>
        {checks && <Certificates value={form.ca} onChange={set("ca")} />}
        {trial.data && !trial.isPending && (
          <div role="status">
            <ConnectionReport connection={trial.data} />
          </div>
        )}
        {trial.error && <Refusal what="Not tested" error={trial.error} />}
        {adding.error && <Refusal what="Not added" error={adding.error} />}
        <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
          <Button
            disabled={!isComplete(form) || busy}
            onClick={() => {
              adding.reset()
              trial.mutate(requestOf(form))
            }}
          >
            {trial.isPending ? "Connecting…" : "Test connection"}
          </Button>
          <button type="submit" disabled={!isComplete(form) || busy} className={buttonClass("primary")}>
            {adding.isPending ? "Adding…" : "Add the server"}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

const engines = { postgresql: "PostgreSQL", mysql: "MySQL", mariadb: "MariaDB" }
const modes = {
  "verify-full": "certificate and its name checked",
  "verify-ca": "certificate checked, not its name",
  require: "encrypted, nothing checked",
  disable: "not encrypted",
}

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function Field({
  label,
  help,
  children,
}: {
  readonly label: string
  readonly help?: string | undefined
  readonly children: (id: string, helpId: string | undefined) => ReactNode
}) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      {children(id, help && `${id}-help`)}
      {help && (
        <p id={`${id}-help`} className="mt-1 text-muted">
          {help}
        </p>
      )}
    </div>
  )
}

type TextProps = FieldProps & {
  readonly help?: string
  readonly placeholder?: string
  readonly secret?: boolean
}

function Text({ label, value, onChange, help, placeholder, secret = false }: TextProps) {
  return (
    <Field label={label} help={help}>
      {(id, helpId) => (
        <input
          {...plainInput}
          // Browsers fill in what they keep for this site where they take a field for a login's.
          {...(secret && { type: "password", autoComplete: "new-password" })}
          id={id}
          value={value}
          placeholder={placeholder}
          aria-describedby={helpId}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

function Choice({
  label,
  value,
  onChange,
  options,
}: FieldProps & { readonly options: Readonly<Record<string, string>> }) {
  return (
    <Field label={label}>
      {(id) => (
        <select
          id={id}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="min-h-9 w-full max-w-sm rounded-sm border border-field bg-paper px-2.5 text-sm max-sm:min-h-11 max-sm:text-base"
        >
          {Object.entries(options).map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

function Certificates({ value, onChange }: Omit<FieldProps, "label">) {
  return (
    <Field label="Certificates that sign the server's own" help="Empty: those that browsers trust.">
      {(id, helpId) => (
        <textarea
          id={id}
          value={value}
          rows={3}
          spellCheck={false}
          placeholder="-----BEGIN CERTIFICATE-----"
          aria-describedby={helpId}
          onChange={(event) => onChange(event.target.value)}
          className="w-full rounded-sm border border-field bg-paper px-2.5 py-1.5 font-mono text-xs max-sm:text-base"
        />
      )}
    </Field>
  )
}
