import { expect, test } from "bun:test"
import { BlackoutWindow, windowText } from "../../schemas/window.ts"

test.each([
  [{ from: "08:00", to: "18:00" }, "daily 08:00-18:00"],
  [{ days: "mon-fri", from: "8:00", to: "18:00" }, "mon-fri 08:00-18:00"],
  [{ days: "Sun, sat", from: "22:00", to: "06:00" }, "sat,sun 22:00-06:00"],
  [{ days: "fri-mon", from: "00:00", to: "24:00" }, "mon,fri,sat,sun 00:00-24:00"],
  [
    { days: "mon,tue,wed,mon", from: "1:05", to: "2:00", timezone: "Asia/Kolkata" },
    "mon-wed 01:05-02:00 Asia/Kolkata",
  ],
  [{ days: "wed-tue", from: "00:00", to: "23:59" }, "daily 00:00-23:59"],
  [{ days: "sun", from: "00:00", to: "00:01" }, "sun 00:00-00:01"],
])("%j is the window %s", (written, text) => {
  expect(windowText(BlackoutWindow.parse(written))).toBe(text)
})

test.each([
  { days: "", from: "1:00", to: "2:00" },
  { days: "mon-", from: "1:00", to: "2:00" },
  { days: "mon-tue-wed", from: "1:00", to: "2:00" },
  { days: "mon,,tue", from: "1:00", to: "2:00" },
  { days: "8", from: "1:00", to: "2:00" },
  { from: "24:01", to: "2:00" },
  { from: "1:60", to: "2:00" },
  { from: "1", to: "2" },
  { from: "1:00", to: "1:00" },
  { from: "24:00", to: "1:00" },
  { from: "1:00" },
  { from: "1:00", to: "2:00", timezone: "Mars" },
  { from: "1:00", to: "2:00", day: "mon" },
])("%j is no window", (written) => {
  expect(BlackoutWindow.safeParse(written).success).toBe(false)
})
