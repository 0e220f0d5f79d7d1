// Sends one file as a form and tells how much of it has left: `fetch` does not say that of what it sends.
import type { Endpoint } from "../../../schemas/api.ts"
import { type ResponseOf, understood } from "./api.ts"
import { noAnswer } from "./api-failure.ts"

export interface Sent {
  readonly bytes: number
  readonly of: number
}

interface Upload {
  readonly file: File
  /** Parts of the form beside the file, which come before it. */
  readonly fields: Readonly<Record<string, string>>
  readonly onSent: (sent: Sent) => void
  readonly signal: AbortSignal
}

/** The endpoint's answer. Throws an ApiFailure as `call`, and what the signal was aborted with. */
export function upload<E extends Endpoint>(
  endpoint: E,
  { file, fields, onSent, signal }: Upload,
): Promise<ResponseOf<E>> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append("file", file)
  const request = new XMLHttpRequest()
  const stop = () => request.abort()
  return new Promise<ResponseOf<E>>((resolve, reject) => {
    request.open(endpoint.method.toUpperCase(), endpoint.path)
    request.upload.onprogress = ({ loaded, total }) => onSent({ bytes: loaded, of: total })
    request.onload = () => {
      try {
        resolve(understood(endpoint, request.status, parsed(request.responseText)).data)
      } catch (error) {
        reject(error)
      }
    }
    request.onerror = () => reject(noAnswer(undefined))
    request.onabort = () => reject(signal.reason)
    signal.throwIfAborted()
    signal.addEventListener("abort", stop)
    request.send(form)
  }).finally(() => signal.removeEventListener("abort", stop))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
