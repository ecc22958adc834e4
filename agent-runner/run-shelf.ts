import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxKind } from '#shared/domain/harness.ts'
import { RunId } from '#shared/ids.ts'
import type { RunnerUp } from '#shared/protocol/runner-link.ts'
import { defaultAcpLimits } from './harness/acp-session.ts'
import { createRunGit } from './git/run-git.ts'
import type { BlobSource, BlobStore } from './link/blob-store.ts'
import type { EventPump } from './link/event-pump.ts'
import { createSendWindow } from './link/send-window.ts'
import { messageOf } from './log.ts'
import { hideIn } from './secrets/hide-in.ts'
import { hidingBlobs, hidingTools } from './secrets/hiding-parts.ts'
import type { Hiding } from './secrets/hiding.ts'
import { secretsAmong } from './secrets/given-variables.ts'
import { createRunSecrets } from './secrets/run-secrets.ts'
import type { RunWorkerDeps } from './run/run-deps.ts'
import { makeRunFolders, runFolders } from './run/folders.ts'
import { JournalDamaged, openJournal, type Journal } from './run/journal.ts'
import { openJournalFile } from './run/journal-file.ts'
import { restAfterRestart, uploadSpool } from './run/recover.ts'
import { createRestingRuns } from './run/resting-runs.ts'
import { createRunWorker, type RunWorker } from './run/run-worker.ts'
import { createRunSweep } from './run-sweep.ts'
import { restTerminals } from './terminals/keep-terminals.ts'
import type { RunnerDeps } from './runner-deps.ts'

/** Every run whose journal is on this runner's disk, from its assignment or an earlier process until it is forgotten. */
export interface RunShelf {
  get(runId: RunId): RunWorker | undefined
  all(): RunWorker[]
  /** Runs whose agent is at work. */
  active(): RunId[]
  /** Resolves when none is. */
  quiet(): Promise<void>
  /** Takes up what an earlier process left. */
  recoverAll(): Promise<void>
  /** Ends what an earlier process left of a run before it is taken up again. @throws when it can't be reached. */
  clear(runId: RunId, kind: SandboxKind): Promise<void>
  /** Ends what runners of this folder made and nobody has any more, such as containers of runs that were deleted. */
  sweepOrphans(): Promise<void>
  /** From time to time: ends what could not be ended yet, deletes what was kept long enough. */
  tend(): Promise<void>
  /** Opens a run's journal. @throws when the disk refuses. */
  open(runId: RunId): Promise<RunWorker>
  startSending(worker: RunWorker, ackedSeq: number): void
  /** The server has everything of this run up to `ackedSeq`; the rest is sent. */
  goOn(runId: RunId, ackedSeq: number): Promise<void>
  /** Ends the run's agent and deletes what is here of it. */
  forget(runId: RunId): Promise<void>
  /** What concerns one run as a whole happens one after the other. */
  inOrder(runId: RunId, work: () => Promise<void>): Promise<void>
}

export interface RunShelfDeps extends Pick<
  RunnerDeps,
  'config' | 'folder' | 'clock' | 'log' | 'sandboxes' | 'harnesses' | 'models' | 'git' | 'limits' | 'openFile'
> {
  blobs: BlobStore & BlobSource
  /** The server keeps snapshots. */
  keepsSnapshots: () => boolean
  fetchBlob: RunWorkerDeps['fetchBlob']
  takesPaths: RunWorkerDeps['takesPaths']
  symbols: RunWorkerDeps['symbols']
  setUps: RunWorkerDeps['setUps']
  pump: EventPump
  planTools: RunWorkerDeps['planTools']
  terminalsTaken: RunWorkerDeps['terminalsTaken']
  send: (message: RunnerUp) => void
  sendText: (frame: string) => void
  onEnded: NonNullable<RunWorkerDeps['onEnded']>
  /** Of every run, for what the runner as a whole says. */
  hidings: Map<RunId, Hiding>
}

export function createRunShelf(deps: RunShelfDeps): RunShelf {
  const { config, folder, clock, log, blobs, pump } = deps
  const workers = new Map<RunId, RunWorker>()
  /** Runs of an earlier process that were at work and must be brought to rest, once the server said what it has of them. */
  const unrested = new Set<RunId>()
  const orders = new Map<RunId, Promise<void>>()
  let saving: Promise<void> = Promise.resolve()
  let idleWaiters: (() => void)[] = []
  const given = secretsAmong({ ...config.docker.env, ...config.direct.env })
  const sweeps = createRunSweep({ sandboxes: deps.sandboxes, log })
  const resting = createRestingRuns({ mostMs: config.idleMs, most: config.capacity })

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

  function activeRuns(): RunId[] {
    return [...workers.values()].filter((worker) => worker.active()).map((worker) => worker.runId)
  }

  async function open(runId: RunId): Promise<RunWorker> {
    const folders = runFolders(folder.runs, runId)
    await makeRunFolders(folders)
    let worker: RunWorker | undefined
    const secrets = createRunSecrets(given)
    const { hiding } = secrets
    deps.hidings.set(runId, hiding)
    const journal: Journal = await openJournal({
      file: await (deps.openFile ?? openJournalFile)(folders.journal),
      clock,
      hide: (body) => hideIn(hiding, body),
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
      blobs: hidingBlobs(blobs, hiding),
      snapshots: () => (deps.keepsSnapshots() ? blobs : undefined),
      snapshotSettings: config.snapshots,
      outputBytes: config.outputBytes,
      fetchBlob: deps.fetchBlob,
      takesPaths: deps.takesPaths,
      symbols: deps.symbols,
      send: (message: RunnerUp) => deps.send(hideIn(hiding, message)),
      sendPlain: deps.send,
      terminalsTaken: deps.terminalsTaken,
      planTools: () => hidingTools(deps.planTools(), hiding),
      secrets,
      models: deps.models,
      openGit: (given) =>
        createRunGit({ runId, gateway: deps.git, secrets: given, folder: folder.git, newId: () => clock.newId() }),
      setUps: deps.setUps,
      harness: (id) => deps.harnesses.find((one) => one.id === id),
      sandbox: (kind) => deps.sandboxes.find((one) => one.kind === kind),
      hostEnv: config.hostEnv,
      limits: { ...defaultAcpLimits, ...deps.limits },
      times: { quietMs: config.quietMs, hungMs: config.hungMs },
      resting,
      onEnded: deps.onEnded,
      onActiveChange: () => {
        if (activeRuns().length === 0) for (const wake of idleWaiters.splice(0)) wake()
      },
    })
    workers.set(runId, worker)
    return worker
  }

  async function recover(runId: RunId): Promise<void> {
    try {
      const worker = await open(runId)
      const { ended, turn, facts } = worker.journal.memory()
      if (turn === 0 || keptLongEnough(worker)) return await forget(runId)
      unrested.add(runId)
      if (!ended || facts.awake === true) await sweeps.sweep(runId)
    } catch (error) {
      if (error instanceof JournalDamaged) return putAside(runId)
      log.error(
        { runId, error: messageOf(error) },
        `The run ${runId} that an earlier runner left can't be read; its folder stays as it is.`,
      )
    }
  }

  function keptLongEnough({ journal, active }: RunWorker): boolean {
    const { ended, endedAt, lastSeq, ackedSeq } = journal.memory()
    const kept = clock.now() - (endedAt ?? 0)
    return ended && !active() && ackedSeq >= lastSeq && kept > config.keepDays * 86_400_000
  }

  /** What an agent made may still be of use to a person; nobody else looks at it again. */
  async function putAside(runId: RunId): Promise<void> {
    await sweeps.sweep(runId)
    const aside = join(folder.runs, `damaged-${runId}-${clock.newId()}`)
    await rename(runFolders(folder.runs, runId).root, aside)
    log.error(
      { runId, folder: aside },
      `The journal of run ${runId} is damaged, so the run is lost. Its workspace and what is left of its journal are in ${aside}.`,
    )
  }

  async function goOn(runId: RunId, ackedSeq: number): Promise<void> {
    const worker = workers.get(runId)
    if (worker === undefined) return
    const { lastSeq, lastN } = worker.journal.memory()
    if (ackedSeq > lastSeq) {
      // The end of this journal was lost with the machine's power, after it was sent. Each event made at most one entry.
      await worker.journal.record({ k: 'behind', seq: ackedSeq, n: lastN + (ackedSeq - lastSeq) })
    }
    if (unrested.delete(runId)) {
      await restAfterRestart(worker, clock)
      const { terminals } = runFolders(folder.runs, runId)
      void restTerminals({ journal: worker.journal, blobs, folder: terminals }, clock.now()).catch((error: unknown) => {
        log.warn({ runId, error: messageOf(error) }, 'What terminals of an earlier run printed could not be kept.')
      })
      // One after the other: there may be many.
      saving = saving.then(() => worker.saveWorkspace())
      void uploadSpool(worker.journal, runFolders(folder.runs, runId), blobs).catch((error: unknown) => {
        log.warn({ runId, error: messageOf(error) }, 'A stored output of an earlier run could not be uploaded.')
      })
    }
    startSending(worker, ackedSeq)
  }

  function startSending({ runId, journal }: RunWorker, ackedSeq: number): void {
    const known = pump.get(runId)
    const window = known ?? createSendWindow({ runId, journal, send: deps.sendText })
    if (known === undefined) pump.add(window)
    window.restart(ackedSeq)
    pump.poke()
  }

  async function forget(runId: RunId): Promise<void> {
    const worker = workers.get(runId)
    if (worker === undefined) return
    workers.delete(runId)
    pump.remove(runId)
    await worker.close()
    await worker.journal.remove()
    deps.hidings.delete(runId)
    if (config.cleanUp) await rm(runFolders(folder.runs, runId).root, { recursive: true, force: true })
  }

  /** Images that set-ups and runs go on from. */
  async function keptImages(): Promise<ReadonlySet<string>> {
    const ofRuns = [...workers.values()].flatMap(({ journal }) => journal.memory().facts.image ?? [])
    return new Set([...(await deps.setUps.images()), ...ofRuns])
  }

  async function sweepOrphans(): Promise<void> {
    const known = await keptImages()
    for (const provider of deps.sandboxes) {
      const runs = await provider.sweepOrphans?.(known).catch((error: unknown) => {
        log.warn({ error: messageOf(error) }, 'What earlier runners left could not be looked for. It is tried again.')
        return []
      })
      if (runs !== undefined && runs.length > 0)
        log.info(
          { runs },
          `What an earlier runner left of ${runs.length} ${runs.length === 1 ? 'run' : 'runs'} was ended.`,
        )
    }
  }

  return {
    get: (runId) => workers.get(runId),
    all: () => [...workers.values()],
    active: activeRuns,
    quiet: () => (activeRuns().length === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
    recoverAll: async () => {
      for (const name of await readdir(folder.runs)) {
        const runId = RunId.safeParse(name)
        if (runId.success) await recover(runId.data)
      }
    },
    clear: sweeps.clear,
    sweepOrphans,
    tend: async () => {
      await sweepOrphans()
      for (const runId of sweeps.left()) await inOrder(runId, () => sweeps.retry(runId))
      for (const { runId } of [...workers.values()].filter(keptLongEnough)) {
        await inOrder(runId, async () => {
          // A message may have come meanwhile.
          const worker = workers.get(runId)
          if (worker !== undefined && keptLongEnough(worker)) await forget(runId)
        })
      }
    },
    open,
    startSending,
    goOn,
    forget,
    inOrder,
  }
}
