import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { HarnessId } from '#shared/domain/harness.ts'
import { Permission } from '#shared/domain/permission.ts'
import { hasEnded, Run } from '#shared/domain/run.ts'
import { DeliveryId, PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { makeFolder } from '../bench/lib/folder.ts'
import { startRunner, startServer, type Part, type ServerProcess } from '../bench/lib/processes.ts'
import { firstPerson, newId, openDevice, runnerKey, type Session } from '../bench/lib/session.ts'
import type { Seeded } from '../seed.ts'
import { openWitness, type Witness } from './witness.ts'

export type Victim = 'server' | 'runner' | 'database'

export type CycleOutcome = {
  readonly victim: Victim
  /** ms from pressing Run to the kill. */
  readonly killedAfterMs: number
  readonly state: string
  readonly reason: string
  /** From the kill to the end of the run, as the client saw it. */
  readonly endedAfterMs: number
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly disordered: readonly string[]
  /** Set when the run did not end, or ended otherwise than well without saying why. */
  readonly hanging: string | undefined
  /** Rows that the client shows otherwise than a device that has just asked for everything. */
  readonly stale: readonly string[]
}

export type KillScene = {
  cycle(random: Seeded): Promise<CycleOutcome>
  close(): Promise<void>
}

const lines = 60
const prompt = [
  'Two streams of numbers.',
  '',
  ...[1, 2].flatMap((step) => [
    `## Stream ${step}`,
    '```sh',
    `for i in $(seq 1 ${lines}); do echo "s${step} $i"; sleep 0.01; done`,
    '```',
    '',
  ]),
].join('\n')

/** Pressing Run to the end takes about two seconds on an idle machine; kills fall anywhere in it. */
const latestKillMs = 2_500
const endPatienceMs = 60_000
const victims: readonly Victim[] = ['server', 'runner', 'database']

/** A server, its database, a runner and a client, each in a process of its own, of which all but the client may be killed. */
export async function openKillScene(environment: Readonly<Record<string, string>> = {}): Promise<KillScene> {
  const folder = await makeFolder()
  const port = await freePort()
  const serve = (): Promise<ServerProcess> =>
    startServer({ DROVER_DATA_DIR: folder.path, DROVER_PORT: String(port), DROVER_LEASE_MS: '20000', ...environment })
  let server = await serve()
  const session = await firstPerson(server.origin, server.link ?? '')
  const key = await runnerKey(session)
  const run = (): Part =>
    startRunner({
      DROVER_URL: server.origin,
      DROVER_API_KEY: key,
      DROVER_RUNNER_DIR: join(folder.path, 'runner'),
      DROVER_RUNNER_NAME: 'bench',
    })
  let runner = run()
  const device = openDevice(session)
  const stopAnswering = answerEverything(device)
  await until(device, async (tx) => ((await tx.scan(keys.runners)).length > 0 ? true : undefined))

  async function killAndRestart(victim: Victim): Promise<void> {
    switch (victim) {
      case 'server':
        await server.end('SIGKILL')
        server = await serve()
        return
      case 'runner':
        await runner.end('SIGKILL')
        runner = run()
        return
      case 'database': {
        const text = await readFile(join(folder.path, 'postgres', 'data', 'postmaster.pid'), 'utf8')
        process.kill(Number(text.split('\n')[0]), 'SIGKILL')
      }
    }
  }

  return {
    async cycle(random) {
      const victim = victims[random.below(victims.length)] ?? 'server'
      const killedAfterMs = random.below(latestKillMs)
      const runId = RunId.parse(newId())
      const witness = openWitness(device, runId)
      try {
        await device.mutate.createRun({
          runId,
          promptId: PromptId.parse(newId()),
          prompt,
          config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
        })
        await delay(killedAfterMs)
        const killedAt = performance.now()
        await killAndRestart(victim)
        const ended = await endOf(device, runId)
        const endedAfterMs = performance.now() - killedAt
        const judged = await judge(session, device, witness, runId, ended)
        const words = server.words() + runner.words()
        return {
          victim,
          killedAfterMs,
          endedAfterMs,
          state: ended?.state ?? 'no end',
          reason: ended?.reason?.text ?? '',
          ...judged,
          hanging: hangingOf(ended, device, words),
        }
      } finally {
        witness.close()
      }
    },
    async close() {
      stopAnswering()
      await device.close()
      await runner.end('SIGTERM')
      await server.end('SIGTERM')
      await folder.remove()
    },
  }
}

function hangingOf(ended: Run | undefined, device: Workspace, words: string): string | undefined {
  if (ended === undefined)
    return `no end within ${endPatienceMs} ms; ${device.teamId}; last words: ${words.slice(-1500)}`
  if (ended.state !== 'SUCCEEDED' && ended.reason === undefined) return `${ended.state} without a reason`
  return undefined
}

const latestNewsMs = 20_000

/** What the client was shown, against what a device that asks anew is given. */
async function judge(
  session: Session,
  device: Workspace,
  witness: Witness,
  runId: RunId,
  ended: Run | undefined,
): Promise<Pick<CycleOutcome, 'lost' | 'doubled' | 'disordered' | 'stale'>> {
  const fresh = openDevice(session)
  const seen = openWitness(fresh, runId)
  try {
    const asked = (of: Workspace): Promise<Run | undefined> => of.query((tx) => getRow(tx, keys.run(runId), Run))
    const seenEnd = await until(fresh, async (tx) => {
      const run = await getRow(tx, keys.run(runId), Run)
      return run !== undefined && (ended === undefined || hasEnded(run.state)) ? run : undefined
    })
    await seen.whole()
    // News may still be on its way when the run's end is seen; what has not come by then never will.
    let known = witness.problemsAgainst(seen)
    for (const began = performance.now(); known.lost.length > 0 && performance.now() - began < latestNewsMs;)
      known = await delay(100).then(() => witness.problemsAgainst(seen))
    const text = seen.output()
    const numbers = [...text.matchAll(/^s(\d) (\d+)$/gm)].map((match) => Number(match[1]) * 1000 + Number(match[2]))
    const twice = numbers.filter((number, index) => numbers.indexOf(number) !== index)
    const missing =
      seenEnd.state === 'SUCCEEDED' && numbers.length !== 2 * lines
        ? [`${numbers.length} of ${2 * lines} lines in the end`]
        : []
    const isSorted = numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))
    // A run is written after its end too (its snapshot), and each device hears of that at a moment of its own.
    let [mine, truth] = await Promise.all([asked(device), asked(fresh)])
    for (const began = performance.now(); !isSame(mine, truth) && performance.now() - began < latestNewsMs;) {
      await delay(100)
      ;[mine, truth] = await Promise.all([asked(device), asked(fresh)])
    }
    return {
      lost: [...known.lost, ...missing],
      doubled: [...known.doubled, ...twice.map((number) => `line ${number}`)],
      disordered: [...known.disordered, ...(isSorted || twice.length > 0 ? [] : ['lines out of order'])],
      stale: isSame(mine, truth) ? [] : [`client ${JSON.stringify(mine)} but server ${JSON.stringify(truth)}`],
    }
  } finally {
    seen.close()
    await fresh.close()
  }
}

const isSame = (a: Run | undefined, b: Run | undefined): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

function sorted(row: Run | undefined): unknown {
  return row === undefined ? undefined : Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))
}

async function endOf(device: Workspace, runId: RunId): Promise<Run | undefined> {
  return until(
    device,
    async (tx) => {
      const run = await getRow(tx, keys.run(runId), Run)
      return run !== undefined && hasEnded(run.state) ? run : undefined
    },
    endPatienceMs,
  ).catch(() => undefined)
}

/** A person who allows whatever is asked. */
function answerEverything(device: Workspace): () => void {
  const answered = new Set<string>()
  return device.subscribe(
    (tx) => scanRows(tx, keys.permissions, Permission),
    (permissions) => {
      for (const { request, state } of permissions) {
        if (state !== 'open' || answered.has(request.id)) continue
        answered.add(request.id)
        device.mutate
          .answerPermission({
            runId: request.runId,
            permissionId: request.id,
            deliveryId: DeliveryId.parse(newId()),
            digest: request.digest,
            answer: { kind: 'allow_once' },
          })
          .catch(() => answered.delete(request.id))
      }
    },
  )
}

function until<T extends object | true>(
  device: Workspace,
  query: Parameters<Workspace['subscribe']>[0] extends (tx: infer Tx) => unknown
    ? (tx: Tx) => Promise<T | undefined>
    : never,
  ms = 30_000,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let stop: (() => void) | undefined
    const timer = setTimeout(() => {
      stop?.()
      reject(new Error(`not within ${ms} ms`))
    }, ms)
    stop = device.subscribe(query, (value) => {
      if (value === undefined) return
      clearTimeout(timer)
      queueMicrotask(() => stop?.())
      resolve(value)
    })
  })
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
