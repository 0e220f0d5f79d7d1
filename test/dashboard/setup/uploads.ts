// Stands in for the browser's XMLHttpRequest: the test says how much has been sent, and what comes back.
import { spyOn } from "bun:test"

export interface DrivenUpload {
  readonly path: string
  readonly form: FormData
  readonly stopped: boolean
  sent(bytes: number): void
  /** `data`: of the answer's envelope; an error instead when it has a code. */
  answer(status: number, content: { readonly data: unknown } | { readonly error: unknown }): void
}

/** The uploads of the page until the test ends, in order. */
export function drivenUploads(): { readonly begun: readonly DrivenUpload[] } {
  const begun: DrivenUpload[] = []
  class Driven {
    readonly upload: { onprogress?: (sent: { loaded: number; total: number }) => void } = {}
    onload?: () => void
    onabort?: () => void
    status = 0
    responseText = ""
    path = ""
    stopped = false
    open(_method: string, path: string) {
      this.path = path
    }
    abort() {
      this.stopped = true
      this.onabort?.()
    }
    send(form: FormData) {
      const request = this
      begun.push({
        path: request.path,
        form,
        get stopped() {
          return request.stopped
        },
        sent: (loaded) => request.upload.onprogress?.({ loaded, total: (form.get("file") as File).size }),
        answer(status, content) {
          const meta = { timestamp: new Date().toISOString(), requestId: "test" }
          request.status = status
          request.responseText = JSON.stringify({ success: "data" in content, ...content, meta })
          request.onload?.()
        },
      })
    }
  }
  // A class cannot be called, which a spy does; what a function returns to `new` is the object.
  spyOn(globalThis, "XMLHttpRequest").mockImplementation((() => new Driven()) as never)
  return { begun }
}
