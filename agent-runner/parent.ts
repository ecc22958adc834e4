/**
 * Watches the server that started this runner. Runs at work go on without it, and a new server may take the runner
 * over; one that nobody needs ends by itself after `aloneMs`.
 */
export function watchParent({
  pid,
  needed,
  onAlone,
  aloneMs = 5000,
  everyMs = 500,
}: {
  pid: number
  /** A server is connected, or a run is at work. */
  needed: () => boolean
  onAlone: () => void
  aloneMs?: number
  everyMs?: number
}): { close(): void } {
  let aloneSince: number | undefined
  const timer = setInterval(() => {
    if (lives(pid) || needed()) {
      aloneSince = undefined
      return
    }
    aloneSince ??= performance.now()
    if (performance.now() - aloneSince < aloneMs) return
    clearInterval(timer)
    onAlone()
  }, everyMs)
  return { close: () => clearInterval(timer) }
}

function lives(pid: number): boolean {
  // Its child has another parent once it is gone, also where its number was given to somebody else.
  if (process.ppid !== pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
