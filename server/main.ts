import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { resolveDrizzle } from './db/resolve-drizzle.ts'

// Before everything else is loaded: types stripped and code compiled once, not at each start (some 40 MB and half a second).
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'drover-compile'))
const hooks = resolveDrizzle()
const { serve, failureOf } = await import('./serve.ts')
hooks.close()

try {
  await serve()
  returnMemory()
} catch (error) {
  const { text, code } = failureOf(error)
  process.stderr.write(text)
  process.exit(code)
}

/**
 * Loading leaves some 100 MB of garbage, and a burst of connections some more, which a server at rest would keep for hours: V8
 * collects under pressure only. So one collection of 50 to 200 ms gives it back: just after the start, unless that is busy, and later
 * when the process has grown and is quiet for long, since whatever comes in that moment waits for it.
 */
function returnMemory(): void {
  const everyMs = 2_000
  const quietMs = 20_000
  const startMs = 10_000
  const grownBytes = 12 * 1024 * 1024
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') return
  let before = performance.eventLoopUtilization()
  let known = 0
  let quietForMs = 0
  setInterval(() => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    quietForMs = utilization > 0.05 ? 0 : quietForMs + everyMs
    const isStart = known === 0 && performance.now() < startMs && utilization < 0.5
    if (!isStart && (quietForMs < quietMs || process.memoryUsage().heapUsed - known < grownBytes)) return
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    known = process.memoryUsage().heapUsed
  }, everyMs).unref()
}
