import { expect, test } from "bun:test"
import { retentionSentence } from "../../dashboard/src/lib/retention-words.ts"
import { cronSentence } from "../../dashboard/src/lib/schedule-words.ts"
import { noRetention } from "../../schemas/retention.ts"

test.each([
  ["0 * * * *", "every hour at :00"],
  ["15,45 * * * *", "every hour at :15 and :45"],
  ["*/15 * * * *", "every 15 minutes"],
  ["* * * * *", "every minute"],
  ["0 2 * * *", "every day at 02:00"],
  ["30 14,2 * * *", "every day at 02:30 and 14:30"],
  ["0 */2 * * *", "every 2 hours at :00"],
  ["0 */6 * * *", "every day at 00:00, 06:00, 12:00 and 18:00"],
  ["0 3 * * 0", "every Sunday at 03:00"],
  ["0 3 * * 7", "every Sunday at 03:00"],
  ["0 3 * * mon-fri", "every Monday to Friday at 03:00"],
  ["0 4 1 * *", "on day 1 of every month at 04:00"],
  ["0 30 3 * * 1,4", "every Monday and Thursday at 03:30"],
  ["@daily", "every day at 00:00"],
])("says %s as %s", (cron, sentence) => {
  expect(cronSentence(cron)).toBe(sentence)
})

test.each([
  "*/7 * * * *",
  "0 */5 * * *",
  "0 2 1-7 * 1",
  "0 2 * 3 *",
  "5 0 2 * * *",
  "0 2 L * *",
  "0 25 * * *",
])("shows %s as it is written, because its words would not be true", (cron) => {
  expect(cronSentence(cron)).toBe(`by the cron pattern ${cron}`)
})

test("says what a retention policy keeps", () => {
  expect(retentionSentence({ ...noRetention, last: 3, daily: 7, weekly: 1 })).toBe(
    "Keeps the last 3, and one for each of the latest 7 days and 1 week that have any. The newest good one and the last verified always stay. What was made by hand or is pinned stays until somebody decides.",
  )
  expect(retentionSentence(noRetention)).toBe(
    "Keeps only the newest good backup of each database. What was made by hand or is pinned stays until somebody decides.",
  )
  expect(retentionSentence({ ...noRetention, withinSeconds: 2 * 86_400, minKeep: 3, daily: 7 })).toBe(
    "Keeps everything within 2 d of the newest, and the last 3, and one for each of the latest 7 days that have any. The newest good one and the last verified always stay. What was made by hand or is pinned stays until somebody decides.",
  )
  expect(
    retentionSentence({ ...noRetention, daily: 7, maxAgeSeconds: 86_400, maxSizeBytes: 2 ** 30 }),
  ).toStartWith(
    "Keeps one for each of the latest 7 days that have any; nothing older than 1 d; at most 1.0 GiB of each database together. The",
  )
  expect(retentionSentence({ ...noRetention, maxAgeSeconds: 90 * 86_400 })).toStartWith(
    "Keeps everything, but nothing older than 90 d. The newest",
  )
})
