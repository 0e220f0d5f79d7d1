// Where a person gives what opens an encrypted backup, for one restore. It is in this page's memory, and nowhere else.
import { useId } from "react"
import { plainInput } from "../../components/typed-name.tsx"

interface Props {
  readonly identity: string
  readonly onIdentity: (identity: string) => void
}

export function IdentityField({ identity, onIdentity }: Props) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        Identity, if the controller has none
      </label>
      <input
        {...plainInput}
        type="password"
        id={id}
        value={identity}
        placeholder="AGE-SECRET-KEY-1…"
        aria-describedby={`${id}-help`}
        onChange={(event) => onIdentity(event.target.value.trim())}
      />
      <p id={`${id}-help`} className="mt-1 text-muted">
        It opens this backup for this restore, and is stored nowhere.
      </p>
    </div>
  )
}
