/** Times in words. All take ms since epoch; nothing here reads a clock. */
const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const dayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'short' })
const dateFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const yearFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const longDayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' })
const fullFormat = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** "14:02" */
export function clockWords(at: number): string {
  return clockFormat.format(at)
}

/** "now", "2 s ago" under a minute, "9 min" under an hour, then the clock, with the day once it is another. */
export function agoWords(at: number, now: number): string {
  const passed = now - at
  if (passed < second) return 'now'
  if (passed < minute) return `${Math.floor(passed / second)} s ago`
  if (passed < hour) return `${Math.floor(passed / minute)} min`
  return whenWords(at, now)
}

/** The clock today, then "yesterday 14:02", "Fri 14:02" within the week, "3 Nov", "3 Nov 2025". */
export function whenWords(at: number, now: number): string {
  const days = daysBetween(at, now)
  if (days <= 0) return clockWords(at)
  if (days === 1) return `yesterday ${clockWords(at)}`
  if (days < 7) return `${dayFormat.format(at)} ${clockWords(at)}`
  return sameYear(at, now) ? dateFormat.format(at) : yearFormat.format(at)
}

/** "3 Nov": a day to come, where the hour does not matter. With `now`, "3 Nov 2027" where it is in another year. */
export function dateWords(at: number, now = at): string {
  return sameYear(at, now) ? dateFormat.format(at) : yearFormat.format(at)
}

/** A span: "14 s", "42 min", "3 h 5 min", "2 d 4 h". */
export function spanWords(ms: number): string {
  const whole = Math.max(0, ms)
  if (whole < minute) return `${Math.floor(whole / second)} s`
  if (whole < hour) return `${Math.floor(whole / minute)} min`
  const hours = Math.floor(whole / hour)
  if (hours < 24) return withRest(`${hours} h`, Math.floor((whole % hour) / minute), 'min')
  return withRest(`${Math.floor(hours / 24)} d`, hours % 24, 'h')
}

/** A column's short span: "14 s", "42 min", "3 h", "2 d". */
export function shortSpanWords(ms: number): string {
  return spanWords(ms).split(' ').slice(0, 2).join(' ')
}

/** Heading of a day: "Yesterday", "Friday 20 November". */
export function dayWords(at: number, now: number): string {
  const days = daysBetween(at, now)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  return sameYear(at, now) ? longDayFormat.format(at) : yearFormat.format(at)
}

/** The whole of it, for tooltips. */
export function fullWords(at: number): string {
  return fullFormat.format(at)
}

/** Whole calendar days from `at` to `now`, in this device's time zone. */
export function daysBetween(at: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(at)) / (24 * hour))
}

export function startOfDay(at: number): number {
  const date = new Date(at)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

function sameYear(at: number, now: number): boolean {
  return new Date(at).getFullYear() === new Date(now).getFullYear()
}

function withRest(whole: string, rest: number, unit: string): string {
  return rest === 0 ? whole : `${whole} ${rest} ${unit}`
}
