import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { browserProtocol } from '#shared/protocol/browser-socket.ts'
import { runSpace, schemaVersion, teamSpace } from '#shared/protocol/sync.ts'
import { inheritedEnvironment } from '#server/config.ts'
import { setup as buildApp } from '../../../scripts/build-web.ts'
import { makeFolder } from '../lib/folder.ts'
import { measured, single, type Figure } from '../lib/figure.ts'
import { root, startServer } from '../lib/processes.ts'
import { firstPerson } from '../lib/session.ts'
import { makeRun } from '../lib/stage.ts'

const watchers = 1_000
const idleMs = 5_000
/** A server gives memory back after 20 s of quiet. */
const quietMs = 25_000
const bareServer = `require('node:http').createServer((q, r) => r.end('ok')).listen(Number(process.env.PORT), '127.0.0.1')`

/** Start on existing data, memory at rest, memory for watchers. Starts are some, not hundreds: each takes a second. */
export const figure: Figure = {
  name: 'start',
  about: '`npm start` on existing data, and the server’s memory',
  async run({ quick }) {
    // Otherwise the first start builds it.
    await buildApp()
    const folder = await makeFolder()
    try {
      const first = await startServer({ DROVER_DATA_DIR: folder.path })
      const session = await firstPerson(first.origin, first.link ?? '')
      const runId = await makeRun(session)
      await first.end('SIGTERM')

      const starts: number[] = []
      const bare: number[] = []
      for (let turn = 0; turn < (quick ? 3 : 15); turn++) {
        const port = await freePort()
        const began = performance.now()
        const started = launch(
          [join(root, 'cli', 'main.ts'), 'start', '--data-dir', folder.path, '--port', String(port), '--no-runner'],
          {},
        )
        await serving(started, port, '/health')
        starts.push(performance.now() - began)
        await end(started)
        const barePort = await freePort()
        const bareBegan = performance.now()
        const bareStarted = launch(['-e', bareServer], { PORT: String(barePort) })
        await serving(bareStarted, barePort, '/')
        bare.push(performance.now() - bareBegan)
        await end(bareStarted)
      }

      const server = await startServer({ DROVER_DATA_DIR: folder.path, DROVER_LOG_LEVEL: 'error' })
      await delay(idleMs)
      const idle = rssMb(server.pid)
      const sockets: WebSocket[] = []
      for (let n = 0; n < watchers; n++) {
        const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/api/sync/socket`, {
          headers: { cookie: session.cookie, origin: server.origin },
          perMessageDeflate: false,
        })
        await once(socket, 'open')
        socket.send(JSON.stringify({ type: 'hello', protocol: browserProtocol, schemaVersion, profileId: `p${n}` }))
        for (const space of [teamSpace(session.teamId), runSpace(runId)])
          socket.send(JSON.stringify({ type: 'subscribe', space, cookie: null }))
        const answered = once(socket, 'message')
        socket.send(JSON.stringify({ type: 'follow', runId }))
        await answered
        sockets.push(socket)
      }
      await delay(quietMs)
      const watched = rssMb(server.pid)
      for (const socket of sockets) socket.terminate()
      await server.end('SIGTERM')

      const ours = measured(starts)
      return [
        {
          what: 'process start → first 200 of /health',
          unit: 'ms',
          ours,
          beside: { what: 'a bare node:http server', measured: measured(bare) },
          target: { text: '≤ 1500', met: ours.median <= 1500 },
        },
        { what: 'server at rest, RSS', unit: 'MB', ours: single(idle), target: { text: '≤ 150', met: idle <= 150 } },
        {
          what: `${watchers} connected watchers, RSS more`,
          unit: 'MB',
          ours: single(watched - idle),
          target: { text: '≤ 20', met: watched - idle <= 20 },
        },
      ]
    } finally {
      await folder.remove()
    }
  },
}

function launch(args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: root,
    stdio: 'ignore',
    env: { ...inheritedEnvironment(), NODE_ENV: 'production', DROVER_LOG_LEVEL: 'error', ...environment },
  })
}

async function serving(child: ChildProcess, port: number, path: string): Promise<void> {
  while (child.exitCode === null) {
    const ok = await fetch(`http://127.0.0.1:${port}${path}`).then(
      (response) => response.status === 200,
      () => false,
    )
    if (ok) return
    await delay(5)
  }
  throw new Error(`it ended with ${child.exitCode}`)
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Resident memory of the process alone; Linux only. */
function rssMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
