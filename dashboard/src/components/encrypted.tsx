// That a backup is encrypted, and with which key: what one must have to get it back.
import { Lock } from "lucide-react"
import type { Encryption } from "../../../schemas/encryption.ts"

interface Props {
  readonly encryption: Encryption | null
}

/** Nothing for a backup that is not. */
export function EncryptedBadge({ encryption }: Props) {
  if (!encryption) return null
  return (
    <span
      className="inline-flex items-center gap-1 text-xs whitespace-nowrap text-muted"
      title={`Encrypted with the key ${encryption.key}`}
    >
      <Lock aria-hidden className="size-3 flex-none" />
      <span className="sr-only">encrypted with the key </span>
      {encryption.key}
    </span>
  )
}

/** The same in words, with the recipients, whose identities open it. */
export function EncryptedInWords({ encryption }: { readonly encryption: Encryption }) {
  return (
    <div>
      <p className="flex items-start gap-1.5">
        <Lock aria-hidden className="mt-0.5 size-4 flex-none text-muted" />
        <span>
          with the key <strong className="font-semibold">{encryption.key}</strong>, in the age format. It
          opens with the identity of any of:
        </span>
      </p>
      <ul className="mt-1">
        {encryption.recipients.map((recipient) => (
          <li key={recipient} className="font-mono text-xs wrap-anywhere text-muted">
            {recipient}
          </li>
        ))}
      </ul>
    </div>
  )
}
