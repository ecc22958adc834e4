import type { RunId } from '#shared/ids.ts'
import { runnerProtocol, type Assignment, type RunnerDown, type RunnerHello } from '#shared/protocol/runner-link.ts'
import { refusal } from '#shared/refusal.ts'
import { droverVersion } from '#shared/version.ts'
import { aboutRunner } from './about.ts'
import { createDiskGuard } from './disk/disk-guard.ts'
import { treeBytesAtWork } from './environment/copy-tree.ts'
import { forgetKeys } from './git/ssh.ts'
import { createInspector } from './environment/inspect/look.ts'
import { createSetUpCache } from './environment/set-up-cache.ts'
import { createBlobStore } from './link/blob-store.ts'
import { createBlobFetcher } from './link/fetch-blob.ts'
import { createEventPump } from './link/event-pump.ts'
import { createServerLink } from './link/server-link.ts'
import { messageOf } from './log.ts'
import { createOffer } from './offer.ts'
import { createMetrics, serveMetrics, type RejectReason } from './metrics.ts'
import { createMcpHost } from './plan-tools/mcp-host.ts'
import { createPlanLink } from './plan-tools/plan-link.ts'
import { runFolders } from './run/folders.ts'
import { lookAtPulls } from './publish/look-at-pulls.ts'
import { createRunShelf } from './run-shelf.ts'
import { hideIn } from './secrets/hide-in.ts'
import { hidingLog } from './secrets/hiding-parts.ts'
import type { Hiding } from './secrets/hiding.ts'
import type { RunnerDeps } from './runner-deps.ts'
import { SandboxError } from './sandbox/sandbox.ts'
import { createSymbolFinder } from './symbols/symbol-finder.ts'
import { tellNoTerminals } from './terminals/terminals.ts'

export interface Runner {
  /** Runs whose agent is at work. */
  activeRuns(): RunId[]
  connected(): boolean
  /** Takes nothing new; resolves when nothing is at work any more. */
  drain(): Promise<void>
  /** Ends every run with a reason that says so, then the connection. */
  close(): Promise<void>
}

/** Sandboxes are looked at again, e.g. whether Docker came or went, and what is kept of runs. */
const lookEveryMs = 30_000
const lastWordsMs = 1000

/** Puts the runner together: recovers what an earlier process left, then connects. */
export async function createRunner(deps: RunnerDeps): Promise<Runner> {
  const { config, folder, clock } = deps
  const hidings = new Map<RunId, Hiding>()
  const hide = <T>(value: T): T => [...hidings.values()].reduce((so, one) => hideIn(one, so), value)
  const log = hidingLog(deps.log, hide)
  const blobs = createBlobStore({ url: config.url, key: config.key, clock, log })
  const pump = createEventPump({ roomy: () => link.roomy() })
  const plans = createPlanLink({
    send: (message) => link.send(message),
    ready: () => link.ready(),
    newId: () => clock.newId(),
  })
  const mcpHost = createMcpHost({ ask: plans.ask, log })
  const setUps = createSetUpCache({
    folder: folder.setUps,
    limits: config.setUps,
    clock,
    dropImage: async (id) => {
      for (const provider of deps.sandboxes) await provider.dropImage?.(id)
    },
    onTrouble: (error) => log.warn({ error: messageOf(error) }, 'What set-ups made could not be kept or used.'),
  })
  await forgetKeys(folder.git)
  const inspector = createInspector({ folder: folder.setUps, clock, env: config.hostEnv })
  let takesPaths = false
  const shelf = createRunShelf({
    ...deps,
    log,
    hidings,
    blobs,
    takesPaths: () => takesPaths,
    symbols: createSymbolFinder(),
    fetchBlob: createBlobFetcher({ url: config.url, key: config.key, clock }),
    setUps,
    pump,
    onEnded: (event, ms) => metrics.ended(event, ms),
    keepsSnapshots: () => keepsSnapshots,
    planTools: () => (plans.offered() ? mcpHost : undefined),
    terminalsTaken: () => terminalsTaken,
    send: (message) => link.send(message),
    sendText: (frame) => link.sendText(frame),
  })
  const metrics = createMetrics({
    ...config,
    version: droverVersion,
    active: () => shelf.active().length,
    freeBytes: () => disk.freeBytes(),
  })
  const disk = createDiskGuard({
    name: config.name,
    limits: config.disk,
    folders: async () => {
      const others = await Promise.all(deps.sandboxes.map(async (provider) => provider.diskFolder?.()))
      return [config.folder, folder.runs, ...others.flatMap((one) => one ?? [])]
    },
    droppable: [
      { name: 'set-ups', drop: () => setUps.dropOldest() },
      ...deps.sandboxes.map(({ dropFetchedImage }) => ({
        name: 'images',
        drop: () => dropFetchedImage?.() ?? Promise.resolve(false),
      })),
    ],
    runs: () => shelf.active().map((runId) => ({ runId, folder: runFolders(folder.runs, runId).root })),
    treeBytes: treeBytesAtWork,
    stop: (runId, text) =>
      shelf.get(runId)?.breakOff({ code: 'sandbox_failed', text: text.slice(0, 600), retryable: false }),
    log,
  })
  const offer = createOffer({
    ...deps,
    backends: config.backends,
    disk,
    about: () => aboutRunner(config, disk.freeBytes()),
  })
  let terminalsTaken = false
  let draining = false
  let keepsSnapshots = false
  let closed = false
  const takesNothing = (): boolean => closed || draining
  /** As the server knows it. What a session told of its models changes it too. */
  let toldOffer = ''

  await disk.look()
  await offer.look()
  await shelf.recoverAll()
  await shelf.sweepOrphans()

  const link = createServerLink({
    url: config.url,
    key: config.key,
    clock,
    log,
    hello,
    activeRuns: shelf.active,
    onReady: (welcome) => {
      keepsSnapshots = welcome.snapshots === true
      for (const run of welcome.runs) {
        void shelf.inOrder(run.runId, () => (run.keep ? shelf.goOn(run.runId, run.ackedSeq) : shelf.forget(run.runId)))
      }
      if (draining) link.send({ type: 'draining' })
      for (const worker of shelf.all()) worker.receipts.reconnected()
      pump.setOn(true)
      metrics.connected()
      plans.connected(welcome.planTools === true)
      terminalsTaken = welcome.terminals === true
      takesPaths = welcome.takesPaths === true
    },
    onMessage: (message) => {
      handle(message).catch((error: unknown) => {
        log.error(
          { message: message.type, error: messageOf(error) },
          'A message of the server could not be carried out.',
        )
      })
    },
    onLost: () => {
      metrics.lost()
      pump.setOn(false)
      plans.lost()
      for (const { terminals } of shelf.all()) terminals.lost()
    },
    ...(deps.reconnect === undefined ? {} : { firstWaitMs: deps.reconnect.firstMs, mostWaitMs: deps.reconnect.mostMs }),
  })
  const figures =
    config.metrics === undefined
      ? undefined
      : await serveMetrics(config.metrics, {
          text: metrics.text,
          health: () => ({ connected: link.ready(), active: shelf.active().length, short: disk.short() }),
        }).catch((error: unknown) => {
          log.error({ error: messageOf(error) }, 'The figures of this runner can’t be served. It works without.')
          return undefined
        })
  if (figures !== undefined) log.info({ port: figures.port }, 'Figures are served at /metrics, health at /healthz.')
  let looking: Promise<void> | undefined
  const looks = setInterval(() => {
    looking ??= lookAgain().finally(() => {
      looking = undefined
    })
  }, deps.lookEveryMs ?? lookEveryMs)

  function hello(): RunnerHello {
    const now = offer.now()
    toldOffer = JSON.stringify(now)
    return {
      type: 'hello',
      protocol: runnerProtocol,
      runnerId: folder.runnerId,
      name: config.name,
      hostName: config.hostName,
      version: droverVersion,
      platform: `${process.platform} ${process.arch}`,
      capacity: config.capacity,
      ...now,
      takesContext: true,
      takesAttachments: true,
      takesEnvironments: true,
      takesFiles: true,
      publishes: true,
      takesProfiles: true,
      takesTerminals: true,
      takesSnapshots: true,
      takesRegistryLogins: true,
      looksAtPulls: true,
      runs: shelf
        .all()
        .slice(0, 10_000)
        .map(({ runId, journal, active }) => {
          const { turn, lastSeq } = journal.memory()
          return { runId, turn: Math.max(1, turn), lastSeq, active: active() }
        }),
    }
  }

  async function lookAgain(): Promise<void> {
    try {
      await disk.look()
      await renewOffer()
      await shelf.tend()
    } catch (error) {
      log.error({ error: messageOf(error) }, 'The sandboxes could not be looked at. It is tried again.')
    }
  }

  async function renewOffer(): Promise<void> {
    await offer.look()
    const now = offer.now()
    const text = JSON.stringify(now)
    // Before the server has welcomed it nothing is sent; the next look tells it.
    if (text === toldOffer || !link.ready()) return
    toldOffer = text
    link.send({ type: 'offer', ...now })
  }

  async function handle(message: RunnerDown): Promise<void> {
    switch (message.type) {
      case 'assign':
        return shelf.inOrder(message.assignment.runId, () => assign(message.assignment))
      case 'ack':
        pump.get(message.runId)?.acked(message.seq)
        return pump.poke()
      case 'resend':
        pump.get(message.runId)?.back(message.fromSeq)
        return pump.poke()
      case 'deliver':
        // It may have come right behind the assignment that it is for.
        return shelf.inOrder(message.runId, () => deliver(message))
      case 'receipt_ack':
        for (const worker of shelf.all()) worker.receipts.acked(message.deliveryId)
        return
      case 'drop':
        return shelf.inOrder(message.runId, () => shelf.forget(message.runId))
      case 'error':
        log.warn({ refusal: message.refusal }, `The server said: ${message.refusal.detail ?? message.refusal.code}`)
        return
      case 'plan_answer':
        return plans.answered(message.callId, message.answer)
      case 'inspect_call': {
        const { callId } = message
        const found = await inspector.inspect(message.repositories)
        const answer = found.ok
          ? { ok: true as const, proposal: found.value }
          : { ok: false as const, text: found.error }
        return link.send({ type: 'inspect_answer', callId, answer })
      }
      case 'pulls_call': {
        const { callId, urls, secrets = [] } = message
        const pulls = await lookAtPulls(urls, { secrets, roads: deps.git.roads })
        return link.send({ type: 'pulls_answer', callId, pulls })
      }
      case 'terminal_watch': {
        const terminals = shelf.get(message.runId)?.terminals
        if (terminals !== undefined) return terminals.watch(message.on, message.have)
        if (message.on) tellNoTerminals(link.send, message.runId)
        return
      }
      case 'terminal_ask': {
        const { runId, device, userId, name, ask } = message
        const terminals = shelf.get(runId)?.terminals
        if (terminals !== undefined) return terminals.ask({ device, userId, name }, ask)
        const gone = refusal('run_ended', 'this runner does not have the run')
        return link.send({
          type: 'terminal_refused',
          runId,
          device,
          ask: ask.type,
          terminalId: ask.terminalId,
          refusal: gone,
        })
      }
      case 'terminal_ack':
        return shelf.get(message.runId)?.terminals.ack(message.terminalId, message.offset)
      case 'terminal_presence':
        return shelf.get(message.runId)?.terminals.presence(message.device, message.here)
      case 'heartbeat_ack':
      case 'welcome':
        return
    }
  }

  async function deliver({
    deliveryId,
    runId,
    body,
    secrets,
  }: Extract<RunnerDown, { type: 'deliver' }>): Promise<void> {
    const worker = shelf.get(runId)
    if (worker !== undefined) return worker.deliver(deliveryId, body, secrets)
    const gone =
      body.type === 'files'
        ? refusal('not_found', 'workspace')
        : refusal('run_ended', 'this runner does not have the run')
    link.send({ type: 'receipt', deliveryId, runId, state: 'refused', refusal: gone })
  }

  async function assign(assignment: Assignment): Promise<void> {
    const { runId, turn, config: wanted } = assignment
    const reject = (reason: string, why: RejectReason): void => {
      metrics.rejected(why)
      link.send({ type: 'rejected', runId, turn, reason: hide(reason) })
    }
    const known = shelf.get(runId)
    if (known !== undefined && known.journal.memory().turn >= turn) return link.send({ type: 'claimed', runId, turn })
    if (takesNothing()) return reject('This runner takes nothing new.', 'draining')
    if (shelf.active().filter((id) => id !== runId).length >= config.capacity)
      return reject('This runner has as many runs as it may.', 'at_capacity')
    const objection = offer.objection(wanted.harness, wanted.sandbox)
    if (objection !== undefined) return reject(objection, disk.short() === undefined ? 'unsupported' : 'disk')
    try {
      const worker = known ?? (await shelf.open(runId))
      if (takesNothing()) return reject('This runner takes nothing new.', 'draining')
      await shelf.clear(runId, wanted.sandbox)
      await worker.assign(assignment)
      if (known === undefined) shelf.startSending(worker, assignment.after?.seq ?? 0)
      if (worker.journal.failure() !== undefined) throw worker.journal.failure()
      metrics.claimed()
      link.send({ type: 'claimed', runId, turn })
    } catch (error) {
      log.error({ runId, error: messageOf(error) }, `The run ${runId} can't be taken: ${messageOf(error)}`)
      const what = error instanceof SandboxError ? '' : `The runner can't write to its disk: `
      reject(`${what}${messageOf(error)}`.slice(0, 300), 'failed')
    }
  }

  /** The ends of the runs reach the server now if it is there; else the next runner process sends them. */
  async function lastEventsTaken(): Promise<void> {
    const until = performance.now() + lastWordsMs
    const left = (): boolean => shelf.all().some(({ journal }) => journal.memory().ackedSeq < journal.committedSeq())
    while (link.ready() && left() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  return {
    activeRuns: shelf.active,
    connected: () => link.ready(),
    drain: async () => {
      draining = true
      link.send({ type: 'draining' })
      await shelf.quiet()
    },
    close: async () => {
      if (closed) return
      closed = true
      clearInterval(looks)
      await looking
      const reason = {
        code: 'runner_restarted' as const,
        text: 'The runner was stopped while this run was at work. Its workspace is kept.',
        retryable: true,
      }
      plans.close()
      inspector.close()
      await Promise.all(shelf.all().map((worker) => worker.close(reason)))
      await mcpHost.close()
      await deps.models.close()
      await deps.git.close()
      await lastEventsTaken()
      await link.close()
      await figures?.close()
      pump.close()
      blobs.close()
      await setUps.close()
      await Promise.all(shelf.all().map((worker) => worker.journal.close()))
      await Promise.all(deps.sandboxes.map((provider) => provider.close()))
      await folder.close()
    },
  }
}
