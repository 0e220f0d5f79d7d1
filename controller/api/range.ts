// The Range header of a download (RFC 9110, 14.2): one range of bytes, or none.

export type Range =
  | { readonly kind: "all" }
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "unsatisfiable" }

/** The bytes asked for, of `size`; `end` is included. What is not understood, or asks for several parts, counts as all. */
export function parseRange(header: string | undefined, size: number): Range {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "")
  const [first = "", last = ""] = match?.slice(1) ?? []
  if (!match || (first === "" && last === "")) return { kind: "all" }
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== "" && last !== "" && Number(last) < start) return { kind: "all" }
  return start <= end ? { kind: "part", start, end } : { kind: "unsatisfiable" }
}
