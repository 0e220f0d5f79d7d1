import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { formatNotes, parseNotes } from "../../controller/core/notes.ts"
import type { BackupNotes } from "../../schemas/notes.ts"

setDefaultTimeout(120_000)

const instants = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-01-01") })
  .map((at) => at.toISOString())
const anyNotes: fc.Arbitrary<BackupNotes> = fc.record({
  formatVersion: fc.constant(1 as const),
  backupId: fc.uuid().map((id) => id as BackupNotes["backupId"]),
  asOf: instants,
  pinned: fc.option(
    fc.record({ at: instants, reason: fc.constantFrom("why", "größer & “besser” 🗝", "a'b\"c\\d") }),
  ),
  acceptedAt: fc.option(instants),
  verifications: fc.constant<BackupNotes["verifications"]>([]),
})

test("notes are read as they were written", () => {
  fc.assert(
    fc.property(anyNotes, (notes) => expect(parseNotes(formatNotes(notes), notes.backupId)).toEqual(notes)),
  )
})

test("cut at any byte, or of another backup, they are not believed", () => {
  fc.assert(
    fc.property(anyNotes, fc.nat(), (notes, at) => {
      const bytes = formatNotes(notes)
      // The last byte is the end of the line.
      const cut = bytes.subarray(0, at % (bytes.length - 1))
      expect(() => parseNotes(cut, notes.backupId)).toThrow(
        expect.objectContaining({ code: "copy-mismatch" }),
      )
      expect(() => parseNotes(bytes, `${notes.backupId}0`)).toThrow("of another backup")
    }),
  )
})
