import { z } from 'zod'

/** `HH:MM`, 00:00 to 23:59. */
export const ClockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'A time looks like 22:00.')

const TimeZone = z.string().min(1).max(60).refine(isTimeZone, 'This time zone is not known.')

/** From `from` until `to` of each day, over midnight where `to` is earlier. The zone is the device's own. */
export const QuietHours = z.object({ from: ClockTime, to: ClockTime, timeZone: TimeZone })
export type QuietHours = z.infer<typeof QuietHours>

/** What one device wants to be told of by push. */
export const PushSettings = z.object({
  request: z.boolean(),
  complete: z.boolean(),
  error: z.boolean(),
  quiet: QuietHours.optional(),
})
export type PushSettings = z.infer<typeof PushSettings>

export const defaultPushSettings: PushSettings = { request: true, complete: true, error: true }

const dayMinutes = 24 * 60

/** When the quiet hours end that `now` lies in, ms since epoch; `undefined` outside of them. */
export function quietUntil(quiet: QuietHours | undefined, now: number): number | undefined {
  if (quiet === undefined) return undefined
  const from = minutesOf(quiet.from)
  const length = (minutesOf(quiet.to) - from + dayMinutes) % dayMinutes
  const into = (minutesAt(now, quiet.timeZone) - from + dayMinutes) % dayMinutes
  if (into >= length) return undefined
  const wholeMinute = now - (now % 60_000)
  return wholeMinute + (length - into) * 60_000
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

/** Of the day that it is in that zone. */
function minutesAt(now: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return minutesOf(parts.format(now))
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
