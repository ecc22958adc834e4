import { readdir, rm } from 'node:fs/promises'
import type { SandboxKind } from '#shared/domain/harness.ts'
import { RunId } from '#shared/ids.ts'
import {
  runnerProtocol,
  type Assignment,
  type RunnerDown,
  type RunnerHello,
  type RunnerUp,
} from '#shared/protocol/runner-link.ts'
import { refusal } from '#shared/refusal.ts'
import { droverVersion } from '#shared/version.ts'
import type { Clock } from './clock.ts'
import type { RunnerConfig } from './config.ts'
import type { DataFolder } from './data-folder.ts'
import { defaultAcpLimits, type AcpLimits } from './harness/acp-session.ts'
import { offerOf, type HarnessDeclaration } from './harness/declaration.ts'
import { createBlobStore } from './link/blob-store.ts'
import { createEventPump } from './link/event-pump.ts'
import { createSendWindow } from './link/send-window.ts'
import { createServerLink } from './link/server-link.ts'
import { messageOf, type Log } from './log.ts'
import { makeRunFolders, runFolders } from './run/folders.ts'
import { openJournal, type Journal } from './run/journal.ts'
import { openJournalFile, type JournalFile } from './run/journal-file.ts'
import { restAfterRestart, uploadSpool } from './run/recover.ts'
import { createRunWorker, type RunWorker } from './run/run-worker.ts'
import type { SandboxProvider } from './sandbox/sandbox.ts'

export interface RunnerDeps {
  config: RunnerConfig
  folder: DataFolder
  clock: Clock
  log: Log
  sandboxes: readonly SandboxProvider[]
  harnesses: readonly HarnessDeclaration[]
  limits?: Partial<AcpLimits>
  /** First and longest wait between attempts to connect. */
  reconnect?: { firstMs: number; mostMs: number }
  /** How journals are written; tests put a full disk here. */
  openFile?: (path: string) => Promise<JournalFile>
}

export interface Runner {
  /** Runs whose agent is at work. */
  activeRuns(): RunId[]
  connected(): boolean
  /** Takes nothing new; resolves when nothing is at work any more. */
  drain(): Promise<void>
  /** Ends every run with a reason that says so, then the connection. */
  close(): Promise<void>
}

/** Where the sandboxes are looked at again, e.g. whether Docker came or went. */
const offerEveryMs = 30_000
const lastWordsMs = 1000

/** Puts the runner together: recovers what an earlier process left, then connects. */
export async function createRunner(deps: RunnerDeps): Promise<Runner> {
  const { config, folder, clock, log } = deps
  const blobs = createBlobStore({ url: config.url, key: config.key, clock, log })
  const workers = new Map<RunId, RunWorker>()
  const pump = createEventPump({ roomy: () => link.roomy() })
  let draining = false
  let closed = false
  let idleWaiters: (() => void)[] = []
  let problems = new Map<SandboxKind, string>()
  /** Runs of an earlier process that were at work and must be brought to rest, once the server said what it has of them. */
  const unrested = new Set<RunId>()
  /** What concerns one run as a whole happens one after the other. */
  const orders = new Map<RunId, Promise<void>>()

  await lookAtSandboxes()
  for (const name of await readdir(folder.runs)) {
    const runId = RunId.safeParse(name)
    if (runId.success) await recover(runId.data)
  }

  const link = createServerLink({
    url: config.url,
    key: config.key,
    clock,
    log,
    hello,
    activeRuns,
    onReady: (welcome) => {
      for (const run of welcome.runs) {
        if (run.keep) void inOrder(run.runId, () => goOn(run.runId, run.ackedSeq))
        else void inOrder(run.runId, () => forget(run.runId))
      }
      if (draining) link.send({ type: 'draining' })
      for (const worker of workers.values()) worker.receipts.resend()
      pump.setOn(true)
    },
    onMessage: (message) => {
      handle(message).catch((error: unknown) => {
        log.error(
          { message: message.type, error: messageOf(error) },
          'A message of the server could not be carried out.',
        )
      })
    },
    onLost: () => pump.setOn(false),
    ...(deps.reconnect === undefined ? {} : { firstWaitMs: deps.reconnect.firstMs, mostWaitMs: deps.reconnect.mostMs }),
  })
  const offers = setInterval(() => void renewOffer(), offerEveryMs)

  function inOrder(runId: RunId, work: () => Promise<void>): Promise<void> {
    const next = (orders.get(runId) ?? Promise.resolve()).then(work).catch((error: unknown) => {
      log.error({ runId, error: messageOf(error) }, 'A run could not be handled as it should.')
    })
    orders.set(runId, next)
    void next.finally(() => {
      if (orders.get(runId) === next) orders.delete(runId)
    })
    return next
  }

  function available(): SandboxKind[] {
    return deps.sandboxes.map(({ kind }) => kind).filter((kind) => !problems.has(kind))
  }

  function offer(): Pick<RunnerHello, 'sandboxes' | 'harnesses' | 'problems'> {
    const sandboxes = available()
    const offered = deps.harnesses.map((declaration) => offerOf(declaration, sandboxes))
    const sentences = [...problems.values()].map((sentence) => sentence.slice(0, 300))
    return { sandboxes, harnesses: offered, problems: sentences.slice(0, 10) }
  }

  function hello(): RunnerHello {
    return {
      type: 'hello',
      protocol: runnerProtocol,
      runnerId: folder.runnerId,
      name: config.name,
      hostName: config.hostName,
      version: droverVersion,
      platform: `${process.platform} ${process.arch}`,
      capacity: config.capacity,
      ...offer(),
      runs: [...workers.values()].slice(0, 10_000).map(({ runId, journal, active }) => {
        const { turn, lastSeq } = journal.memory()
        return { runId, turn: Math.max(1, turn), lastSeq, active: active() }
      }),
    }
  }

  function activeRuns(): RunId[] {
    return [...workers.values()].filter((worker) => worker.active()).map((worker) => worker.runId)
  }

  async function lookAtSandboxes(): Promise<void> {
    const found = await Promise.all(deps.sandboxes.map(async (one) => [one.kind, await one.problem()] as const))
    problems = new Map(found.flatMap(([kind, problem]) => (problem === undefined ? [] : [[kind, problem] as const])))
  }

  async function renewOffer(): Promise<void> {
    const before = JSON.stringify(offer())
    await lookAtSandboxes()
    const after = offer()
    if (JSON.stringify(after) !== before) link.send({ type: 'offer', ...after })
  }

  /** Opens a run's journal and makes it ready to be sent. @throws when the disk refuses. */
  async function openRun(runId: RunId): Promise<RunWorker> {
    const folders = runFolders(folder.runs, runId)
    await makeRunFolders(folders)
    let worker: RunWorker | undefined
    const journal: Journal = await openJournal({
      file: await (deps.openFile ?? openJournalFile)(folders.journal),
      clock,
      onCommitted: pump.poke,
      onFailure: (error) => {
        log.error(
          { runId, error: error.message },
          `The journal of run ${runId} can't be written, so the run is ended. Free space on the disk of ${folder.runs}.`,
        )
        worker?.breakOff({
          code: 'journal_full',
          text: `The runner can't write to its disk (${error.message}). Free space there, then start the run again.`.slice(
            0,
            600,
          ),
          retryable: true,
        })
      },
    })
    worker = createRunWorker({
      runId,
      folders,
      journal,
      clock,
      log,
      blobs,
      send: (message: RunnerUp) => link.send(message),
      harness: (id) => deps.harnesses.find((one) => one.id === id),
      sandbox: (kind) => deps.sandboxes.find((one) => one.kind === kind),
      hostEnv: config.hostEnv,
      limits: { ...defaultAcpLimits, ...deps.limits },
      times: { quietMs: config.quietMs, hungMs: config.hungMs },
      idleMs: config.idleMs,
      onActiveChange: () => {
        if (activeRuns().length === 0) for (const wake of idleWaiters.splice(0)) wake()
      },
    })
    workers.set(runId, worker)
    return worker
  }

  async function recover(runId: RunId): Promise<void> {
    try {
      const worker = await openRun(runId)
      const { ended, endedAt, turn, lastSeq, ackedSeq } = worker.journal.memory()
      if (turn === 0) return await forget(runId)
      const old = ended && ackedSeq >= lastSeq && clock.now() - (endedAt ?? 0) > config.keepDays * 86_400_000
      if (old) return await forget(runId)
      if (!ended) for (const provider of deps.sandboxes) await provider.sweep(runId)
      unrested.add(runId)
    } catch (error) {
      log.error(
        { runId, error: messageOf(error) },
        `The run ${runId} that an earlier runner left can't be read; its folder stays as it is.`,
      )
    }
  }

  /** The server has everything of this run up to `ackedSeq`; the rest is sent. */
  async function goOn(runId: RunId, ackedSeq: number): Promise<void> {
    const worker = workers.get(runId)
    if (worker === undefined) return
    const { lastSeq, lastN } = worker.journal.memory()
    if (ackedSeq > lastSeq) {
      // The end of this journal was lost with the machine's power, after it was sent. Each event made at most one entry.
      await worker.journal.record({ k: 'behind', seq: ackedSeq, n: lastN + (ackedSeq - lastSeq) })
    }
    if (unrested.delete(runId)) {
      await restAfterRestart(worker.journal, clock)
      worker.receipts.resend()
      void uploadSpool(worker.journal, runFolders(folder.runs, runId), blobs).catch((error: unknown) => {
        log.warn({ runId, error: messageOf(error) }, 'A stored output of an earlier run could not be uploaded.')
      })
    }
    startSending(worker, ackedSeq)
  }

  function startSending({ runId, journal }: RunWorker, ackedSeq: number): void {
    const known = pump.get(runId)
    const window = known ?? createSendWindow({ runId, journal, send: (frame) => link.sendText(frame) })
    if (known === undefined) pump.add(window)
    window.restart(ackedSeq)
    pump.poke()
  }

  async function handle(message: RunnerDown): Promise<void> {
    switch (message.type) {
      case 'assign':
        return inOrder(message.assignment.runId, () => assign(message.assignment))
      case 'ack':
        pump.get(message.runId)?.acked(message.seq)
        return pump.poke()
      case 'resend':
        pump.get(message.runId)?.back(message.fromSeq)
        return pump.poke()
      case 'deliver': {
        const worker = workers.get(message.runId)
        if (worker !== undefined) return worker.deliver(message.deliveryId, message.body)
        const gone = refusal('run_ended', 'this runner does not have the run')
        return link.send({
          type: 'receipt',
          deliveryId: message.deliveryId,
          runId: message.runId,
          state: 'refused',
          refusal: gone,
        })
      }
      case 'receipt_ack':
        for (const worker of workers.values()) worker.receipts.acked(message.deliveryId)
        return
      case 'drop':
        return inOrder(message.runId, () => forget(message.runId))
      case 'error':
        log.warn({ refusal: message.refusal }, `The server said: ${message.refusal.detail ?? message.refusal.code}`)
        return
      case 'heartbeat_ack':
      case 'welcome':
        return
    }
  }

  async function assign(assignment: Assignment): Promise<void> {
    const { runId, turn, config: wanted } = assignment
    const reject = (reason: string): void => link.send({ type: 'rejected', runId, turn, reason })
    const known = workers.get(runId)
    if (known !== undefined && known.journal.memory().turn >= turn) return link.send({ type: 'claimed', runId, turn })
    if (closed || draining) return reject('This runner takes nothing new.')
    if (activeRuns().length >= config.capacity) return reject('This runner has as many runs as it may.')
    const declaration = deps.harnesses.find((one) => one.id === wanted.harness)
    if (declaration === undefined) return reject(`This runner does not have the harness ${wanted.harness}.`)
    const unavailable = declaration.unavailable() ?? problems.get(wanted.sandbox)
    if (unavailable !== undefined) return reject(unavailable.slice(0, 300))
    if (!available().includes(wanted.sandbox)) return reject(`This runner does not have the sandbox ${wanted.sandbox}.`)
    try {
      const worker = known ?? (await openRun(runId))
      await worker.assign(assignment)
      if (known === undefined) startSending(worker, assignment.after?.seq ?? 0)
      if (worker.journal.failure() !== undefined) throw worker.journal.failure()
      link.send({ type: 'claimed', runId, turn })
    } catch (error) {
      log.error({ runId, error: messageOf(error) }, `The run ${runId} can't be taken: ${messageOf(error)}`)
      reject(`The runner can't write to its disk: ${messageOf(error)}`.slice(0, 300))
    }
  }

  /** Ends the run's agent and deletes what is here of it. */
  async function forget(runId: RunId): Promise<void> {
    const worker = workers.get(runId)
    if (worker === undefined) return
    workers.delete(runId)
    pump.remove(runId)
    await worker.close()
    await worker.journal.remove()
    if (config.cleanUp) await rm(runFolders(folder.runs, runId).root, { recursive: true, force: true })
  }

  /** The ends of the runs reach the server now if it is there; else the next runner process sends them. */
  async function lastEventsTaken(): Promise<void> {
    const until = performance.now() + lastWordsMs
    const left = (): boolean =>
      [...workers.values()].some(({ journal }) => journal.memory().ackedSeq < journal.committedSeq())
    while (link.ready() && left() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  function quiet(): Promise<void> {
    return activeRuns().length === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))
  }

  return {
    activeRuns,
    connected: () => link.ready(),
    drain: async () => {
      draining = true
      link.send({ type: 'draining' })
      await quiet()
    },
    close: async () => {
      if (closed) return
      closed = true
      clearInterval(offers)
      const reason = {
        code: 'runner_restarted' as const,
        text: 'The runner was stopped while this run was at work. Its workspace is kept: send a message to go on.',
        retryable: true,
      }
      await Promise.all([...workers.values()].map((worker) => worker.close(reason)))
      await lastEventsTaken()
      await link.close()
      pump.close()
      blobs.close()
      await Promise.all([...workers.values()].map((worker) => worker.journal.close()))
      await Promise.all(deps.sandboxes.map((provider) => provider.close()))
      await folder.close()
    },
  }
}
