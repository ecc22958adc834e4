import { createServer } from 'node:http'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { RunEventName } from '#shared/domain/run.ts'

export type RejectReason = 'at_capacity' | 'draining' | 'disk' | 'unsupported' | 'failed'

/** Figures of one runner, in the text format of Prometheus, and whether it is healthy. */
export interface Metrics {
  connected(): void
  lost(): void
  claimed(): void
  rejected(reason: RejectReason): void
  ended(event: RunEventName, ms: number): void
  text(): Promise<string>
}

export function createMetrics(about: {
  name: string
  hostName: string
  version: string
  backends: readonly string[]
  capacity: number
  active: () => number
  freeBytes: () => number | undefined
}): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const named = (name: string, help: string) => ({ name: `drover_runner_${name}`, help, registers })
  const connected = new Gauge(named('connected', '1 while the runner is connected to its server.'))
  const active = new Gauge(named('runs_active', 'Runs at work.'))
  const free = new Gauge(named('disk_free_bytes', 'Free space of the disk that has least.'))
  const most = new Gauge(named('runs_max_concurrent', 'Runs that it takes at once.'))
  const claimed = new Counter(named('runs_claimed_total', 'Turns that it has taken.'))
  const rejected = new Counter({
    ...named('runs_rejected_total', 'Turns that it has not taken.'),
    labelNames: ['reason'],
  })
  const completed = new Counter({ ...named('runs_completed_total', 'Turns that have ended.'), labelNames: ['result'] })
  const duration = new Histogram({
    ...named('run_duration_seconds', 'How long turns took.'),
    labelNames: ['result'],
    buckets: [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400],
  })
  const reconnects = new Counter(named('reconnects_total', 'Connections to the server that were lost.'))
  const info = new Gauge({
    ...named('info', 'What it is.'),
    labelNames: ['version', 'backend', 'worker_id', 'name'],
  })
  most.set(about.capacity)
  info.set(
    { version: about.version, backend: about.backends.join(','), worker_id: about.hostName, name: about.name },
    1,
  )
  // Every series is there from the start, so that alerts can name it.
  for (const reason of ['at_capacity', 'draining', 'disk', 'unsupported', 'failed']) rejected.inc({ reason }, 0)
  for (const result of ['succeeded', 'failed', 'cancelled']) {
    completed.inc({ result }, 0)
    duration.zero({ result })
  }

  return {
    connected: () => connected.set(1),
    lost: () => {
      connected.set(0)
      reconnects.inc()
    },
    claimed: () => claimed.inc(),
    rejected: (reason) => rejected.inc({ reason }),
    ended: (event, ms) => {
      const result = event === 'succeed' ? 'succeeded' : event === 'cancel' ? 'cancelled' : 'failed'
      completed.inc({ result })
      duration.observe({ result }, ms / 1000)
    },
    text: () => {
      active.set(about.active())
      free.set(about.freeBytes() ?? 0)
      return registry.metrics()
    },
  }
}

/** Serves `/metrics`, and `/healthz`, which answers 503 while there is no connection. @throws when the port can't be had. */
export async function serveMetrics(
  { host, port }: { host: string; port: number },
  {
    text,
    health,
  }: { text: () => Promise<string>; health: () => { connected: boolean; active: number; short?: string | undefined } },
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(405, 'text/plain', 'Only GET is answered.\n')
    switch (request.url?.split('?')[0]) {
      case '/metrics':
        text().then(
          (figures) => answer(200, 'text/plain; version=0.0.4; charset=utf-8', figures),
          () => answer(500, 'text/plain', 'The figures could not be read.\n'),
        )
        return
      case '/healthz': {
        const { connected, ...rest } = health()
        const status = connected ? 'ok' : 'not connected'
        return answer(connected ? 200 : 503, 'application/json', `${JSON.stringify({ status, ...rest })}\n`)
      }
      default:
        answer(404, 'text/plain', 'There are /metrics and /healthz.\n')
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
