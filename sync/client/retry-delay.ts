const firstRetryMs = 300
export const maxRetryMs = 15_000

/** How long to wait after so many failures in a row: twice as long each time, and never all devices at once. */
export function retryDelayMs(failures: number, random: () => number, least = firstRetryMs): number {
  const most = Math.min(maxRetryMs, least * 2 ** Math.min(failures, 10))
  return most / 2 + (most / 2) * random()
}
