import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import { HarnessId, type HarnessOffer } from '#shared/domain/harness.ts'
import type { RunId } from '#shared/ids.ts'
import { RunnerId, uuidv7 } from '#shared/ids.ts'
import type { RunEvent, RunEventBody } from '#shared/protocol/run-event.ts'
import { frameText } from '#server/live/upgrade.ts'
import { RunnerDown, runnerProtocol, type RunnerUp } from '#shared/protocol/runner-link.ts'

/** A runner that speaks the real link and does only what a test says. Held to the real one by the contract tests of the messages. */
export type ScriptedRunner = {
  readonly runnerId: RunnerId
  readonly messages: RunnerDown[]
  send(message: RunnerUp): void
  /** The next message for which `accept` is true, also one that came already and was not taken yet. */
  next<T extends RunnerDown['type']>(
    type: T,
    accept?: (message: Extract<RunnerDown, { type: T }>) => boolean,
  ): Promise<Extract<RunnerDown, { type: T }>>
  /** Events in order, with the numbers that follow. */
  emit(runId: RunId, ...bodies: RunEventBody[]): RunEvent[]
  lastSeq(runId: RunId): number
  closed(): Promise<{ code: number; reason: string }>
  close(): void
}

export type ScriptedRunnerOptions = {
  readonly url: string
  readonly key: string
  readonly runnerId?: RunnerId
  readonly hostName?: string
  readonly capacity?: number
  readonly runs?: Extract<RunnerUp, { type: 'hello' }>['runs']
  readonly protocol?: number
  /** `false`: as an older runner, which does not know it. */
  readonly takesContext?: boolean
  readonly takesAttachments?: boolean
  readonly takesFiles?: boolean
  readonly takesProfiles?: boolean
  readonly takesSnapshots?: boolean
  /** Beside runbook. */
  readonly harnesses?: readonly HarnessOffer[]
  readonly seqs?: Map<RunId, number>
}

export async function connectScriptedRunner(options: ScriptedRunnerOptions): Promise<ScriptedRunner> {
  const runnerId = options.runnerId ?? RunnerId.parse(uuidv7(Date.now(), randomBytes(10)))
  const socket = new WebSocket(`${options.url.replace('http', 'ws')}/api/runner/socket`, {
    headers: { authorization: `Bearer ${options.key}` },
  })
  const messages: RunnerDown[] = []
  const taken = new Set<RunnerDown>()
  const waiters = new Set<() => void>()
  const seqs = options.seqs ?? new Map<RunId, number>()
  const closing = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )

  socket.on('message', (data) => {
    messages.push(RunnerDown.parse(JSON.parse(frameText(data))))
    for (const wake of waiters) wake()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('unexpected-response', (_request, response) => reject(new Error(`refused with ${response.statusCode}`)))
    socket.once('error', reject)
  })

  const runner: ScriptedRunner = {
    runnerId,
    messages,
    send: (message) => socket.send(JSON.stringify(message)),
    next(type, accept = () => true) {
      type Message = Extract<RunnerDown, { type: typeof type }>
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(look)
          reject(new Error(`no ${type} within 10 s; came: ${JSON.stringify(messages.slice(-5))}`))
        }, 10_000)
        const look = (): void => {
          const found = messages.find(
            (message): message is Message => message.type === type && !taken.has(message) && accept(message as Message),
          )
          if (found === undefined) return
          taken.add(found)
          waiters.delete(look)
          clearTimeout(timer)
          resolve(found)
        }
        waiters.add(look)
        look()
      })
    },
    emit(runId, ...bodies) {
      const events = bodies.map((body) => {
        const seq = (seqs.get(runId) ?? 0) + 1
        seqs.set(runId, seq)
        return { seq, at: Date.now(), body }
      })
      runner.send({ type: 'events', runId, events })
      return events
    },
    lastSeq: (runId) => seqs.get(runId) ?? 0,
    closed: () => closing,
    close: () => socket.terminate(),
  }
  runner.send({
    type: 'hello',
    protocol: options.protocol ?? runnerProtocol,
    runnerId,
    name: 'scripted',
    hostName: options.hostName ?? 'devbox-04',
    version: '0.1.0',
    platform: 'linux x64',
    sandboxes: ['direct'],
    harnesses: [
      { id: HarnessId.parse('runbook'), name: 'Runbook', letters: 'RB', sandboxes: ['direct'] },
      ...(options.harnesses ?? []),
    ],
    capacity: options.capacity ?? 4,
    problems: [],
    about: { minFreeBytes: 2 ** 31, runBytes: 0, idleMs: 600_000, cleansUp: true },
    ...(options.takesContext === false ? {} : { takesContext: true }),
    ...(options.takesAttachments === false ? {} : { takesAttachments: true }),
    takesEnvironments: true,
    publishes: true,
    ...(options.takesFiles === false ? {} : { takesFiles: true }),
    ...(options.takesProfiles === false ? {} : { takesProfiles: true }),
    takesRegistryLogins: true,
    looksAtPulls: true,
    ...(options.takesSnapshots === true ? { takesSnapshots: true } : {}),
    runs: options.runs ?? [],
  })
  return runner
}
