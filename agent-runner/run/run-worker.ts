import type { RunReason } from '#shared/domain/run.ts'
import type { DeliveryId, RunId } from '#shared/ids.ts'
import type { Assignment, DeliveryBody } from '#shared/protocol/runner-link.ts'
import { refusal } from '#shared/refusal.ts'
import { err } from '#shared/result.ts'
import { messageOf } from '../log.ts'
import { changeNotice } from './changes/change-notice.ts'
import { hideIn } from '../secrets/hide-in.ts'
import { hidingPatches } from '../secrets/hiding-parts.ts'
import { createChanges } from './changes/changes.ts'
import { createPublish } from '../publish/publish.ts'
import { createPublishQueue } from '../publish/queue.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import type { Journal } from './journal.ts'
import type { RunWorkerDeps } from './run-deps.ts'
import { createAgentTerminals } from '../terminals/agent-terminals.ts'
import { createTerminalKeeping } from '../terminals/keep-terminals.ts'
import { createTerminals, type Terminals } from '../terminals/terminals.ts'
import { createSnapshots } from '../snapshot/save.ts'
import { createReceipts, type Receipts } from './receipts.ts'
import { createResults } from './results.ts'
import { createTranscript } from './transcript.ts'
import { createTurn, type Turn } from './turn.ts'
import { endOf, type TurnEnd } from './turn-end.ts'
import { createWorkbench } from './workbench.ts'

/** One run on this runner, over all its turns: takes assignments and deliveries, and tells what happens in its journal. */
export interface RunWorker {
  readonly runId: RunId
  readonly journal: Journal
  readonly receipts: Receipts
  readonly terminals: Terminals
  /** A turn is at work. */
  active(): boolean
  /** The turn begins; its end is told by events. */
  assign(assignment: Assignment): Promise<void>
  /** `secrets`: opened for this one alone. */
  deliver(deliveryId: DeliveryId, body: DeliveryBody, secrets?: readonly RunSecret[]): Promise<void>
  /** Keeps the workspace at the server as it is now, where that is not done yet. */
  saveWorkspace(): Promise<void>
  /** Ends the turn because the machinery broke. */
  breakOff(reason: RunReason): void
  /** Ends everything of the run; with `forget` its folder is the caller's to delete. */
  close(reason?: RunReason): Promise<void>
}

const queueLimit = 50
/** A run that may rest no longer is left alone for so long while somebody types in its terminal. */
const inUseMs = 60_000

/** The newest changes by hand of which an agent is told with its next message. */
const untoldLimit = 20

export function createRunWorker(deps: RunWorkerDeps): RunWorker {
  const { runId, folders, journal, clock, log, blobs } = deps
  const receipts = createReceipts({ runId, journal, send: deps.send })
  const { hiding } = deps.secrets
  const transcript = createTranscript({
    runId,
    journal,
    clock,
    blobs,
    spoolFolder: folders.spool,
    outputBytes: deps.outputBytes,
    hiding,
  })
  const changes = createChanges({
    folder: folders.root,
    workspace: folders.workspace,
    path: deps.hostEnv['PATH'] ?? '/usr/bin:/bin',
    blobs: hidingPatches(blobs, hiding),
    now: () => clock.now(),
  })
  const results = createResults({
    runId,
    changes,
    journal,
    transcript,
    blobs,
    clock,
    hiding,
    takesPaths: deps.takesPaths,
    symbols: deps.symbols,
  })
  const publishing = createPublishQueue({
    publish: createPublish({ ...deps, changes, results, transcript, hiding }),
    receipts,
    journal,
    onTrouble: (error) => log.error({ runId, error: messageOf(error) }, 'The changes of a run could not be published.'),
  })
  const terminals = createTerminals({
    ...createTerminalKeeping({
      journal,
      blobs,
      folder: folders.terminals,
      onLost: (error) => log.warn({ runId, error: messageOf(error) }, 'What a terminal printed could not be kept.'),
    }),
    runId,
    clock,
    hiding,
    folder: folders.terminals,
    send: deps.sendPlain,
    mayReach: (userId) =>
      deps.secrets.all().every(({ own }) => own !== true) || journal.memory().assignment?.prompt.by === userId,
    note: (sentence) => transcript.notice('info', sentence),
    opened: () => journal.memory().terminalCount,
  })
  const agentTerminals = createAgentTerminals(terminals)
  const workbench = createWorkbench({ ...deps, transcript, changes, results, terminals, agentTerminals })
  const snapshots = createSnapshots({
    ...deps,
    changes,
    transcript,
    sandbox: () => workbench.sandbox(),
    declaration: () => workbench.declaration(),
  })
  let turn: Turn | undefined
  let startedAt = 0
  let running: Promise<void> | undefined
  let wake: (() => void) | undefined
  /** The end of a rest: it ends every process of the run, so nothing may be started until it is over. */
  let clearing: Promise<void> | undefined

  async function assign(assignment: Assignment): Promise<void> {
    wake?.()
    await running
    // A turn that ended meanwhile has lain down to rest.
    wake?.()
    await clearing
    const { secrets = [], snapshot: _snapshot, conversation, ...others } = assignment
    const written = {
      ...others,
      ...(journal.memory().turn === 0 && conversation !== undefined ? { conversation } : {}),
    }
    const areOthers = deps.secrets.renew(secrets)
    // A process keeps the variables that it was started with: the turn of another person must not find them.
    if (areOthers) await workbench.tearDown()
    terminals.setPlace('starting')
    await journal.record({ k: 'assign', assignment: hideIn(hiding, written) })
    transcript.setTurn(assignment.turn)
    const current = createTurn({ assignment, journal, clock, transcript, workbench, receipts })
    turn = current
    startedAt = clock.now()
    running = perform(current).finally(() => {
      turn = undefined
      deps.onActiveChange()
    })
    deps.onActiveChange()
  }

  async function perform(current: Turn): Promise<void> {
    const end = await current.run().catch(endOf)
    await conclude(current, end).catch((error: unknown) => {
      log.error({ runId, error: messageOf(error) }, 'A run could not be concluded as it should.')
      tellEnd(current, {
        event: 'error',
        reason: {
          code: 'internal_error',
          text: `The runner met an error of its own: ${messageOf(error)}`.slice(0, 600),
          retryable: true,
        },
      })
    })
  }

  /** Ends the turn's processes where it must, tells what it changed, then its end. */
  async function conclude(current: Turn, end: TurnEnd): Promise<void> {
    const keeps = end.event === 'succeed' || (end.event === 'fail' && end.reason?.code !== 'authentication_required')
    const known = end.event === 'error' ? await workbench.explain(end) : end
    const limitsTold = known.event === 'cancel' ? undefined : workbench.tellLimits()
    if (!keeps) await limitsTold
    current.settle(known)
    if (!keeps) await workbench.tearDown()
    if (known.evidence !== undefined && known.evidence !== '') {
      // It was cut at its start.
      const evidence = hiding.text(known.evidence, { isCut: true })
      transcript.notice('error', `The last output of ${current.assignment.config.harness}`, evidence)
    }
    if (known.event === 'cancel' || journal.failure() !== undefined) {
      tellEnd(current, known)
      await results.conclude().catch(() => {})
    } else {
      await Promise.all([results.conclude(), limitsTold])
      await saveWorkspace(current)
      await Promise.race([transcript.stored(), new Promise((resolve) => setTimeout(resolve, 10_000))])
      tellEnd(current, known)
    }
    await current.settleReceipts()
    await journal.committed()
    if (known.event === 'cancel') await saveWorkspace(current)
    if (keeps) rest()
    else terminals.setPlace('away')
  }

  function rest(): void {
    wake = deps.resting.rest(() => {
      if (!terminals.inUse()) {
        clearing = clearAway()
        return
      }
      // Nobody's shell goes from under their hands.
      const later = setTimeout(rest, inUseMs).unref()
      wake = () => clearTimeout(later)
    })
  }

  async function saveWorkspace(after?: Turn): Promise<void> {
    if (after?.assignment.config.setUpOnly === true) return
    await snapshots.save().catch((error: unknown) => {
      log.error({ runId, error: messageOf(error) }, 'The workspace of a run could not be saved.')
      transcript.notice('warning', 'The workspace could not be saved.', messageOf(error))
    })
  }

  async function clearAway(): Promise<void> {
    await workbench.tearDown().catch((error: unknown) => {
      log.error({ runId, error: messageOf(error) }, 'A run that rested could not be cleared away as it should.')
    })
  }

  function tellEnd(current: Turn, end: TurnEnd): void {
    if (current.told()) return
    current.markTold()
    deps.onEnded?.(end.event, clock.now() - startedAt)
    journal.append({
      type: 'state',
      event: end.event,
      turn: current.assignment.turn,
      ...(end.reason === undefined ? {} : { reason: end.reason }),
    })
  }

  async function deliver(
    deliveryId: DeliveryId,
    body: DeliveryBody,
    secrets: readonly RunSecret[] = [],
  ): Promise<void> {
    const known = receipts.of(deliveryId)
    if (known !== undefined) return receipts.repeat(known)
    if (body.type === 'files') return changeFiles(deliveryId, body)
    if (body.type === 'publish') return publishing.take(deliveryId, body, secrets)
    const current = turn
    if (current === undefined || current.over()) {
      await receipts.set(deliveryId, 'refused', refusal('run_ended', 'the turn was over when this came'))
      return
    }
    await receipts.set(deliveryId, 'delivered')
    switch (body.type) {
      case 'stop':
        current.stop(deliveryId, body.reason)
        return
      case 'answer': {
        const answered = workbench.answer(body)
        await receipts.set(deliveryId, answered.ok ? 'done' : 'refused', answered.ok ? undefined : answered.error)
        return
      }
      case 'profile':
        await workbench.setProfile(body.profile)
        await receipts.set(deliveryId, 'done')
        return
      case 'prompt':
        if (current.waiting() >= queueLimit) {
          await receipts.set(deliveryId, 'refused', refusal('too_many', `${queueLimit} messages wait already`))
        } else if (!current.take({ ...body, deliveryId })) {
          await receipts.set(deliveryId, 'refused', refusal('run_ended', 'the turn was over when this came'))
        }
    }
  }

  /**
   * Whether a turn goes or not. There is no receipt before the last one: what a runner that died has begun ends where it was to end when
   * the delivery comes again.
   */
  async function changeFiles(deliveryId: DeliveryId, body: Extract<DeliveryBody, { type: 'files' }>): Promise<void> {
    const applied = await changes.apply(body.ops).catch((error: unknown) => {
      log.error({ runId, error: messageOf(error) }, 'The files of a run could not be changed as a person wanted.')
      return err(refusal('internal', messageOf(error).slice(0, 300)))
    })
    if (!applied.ok) return receipts.set(deliveryId, 'refused', applied.error)
    const notice = changeNotice(body.name, body.ops)
    transcript.notice('info', notice)
    await journal.record({
      k: 'facts',
      facts: { byHand: [...(journal.memory().facts.byHand ?? []), notice].slice(-untoldLimit) },
    })
    await results.refresh()
    await journal.committed()
    if (turn === undefined) void saveWorkspace()
    await receipts.set(deliveryId, 'done')
  }

  function breakOff(reason: RunReason): void {
    turn?.breakOff({ event: 'error', reason })
  }

  return {
    runId,
    journal,
    receipts,
    terminals,
    active: () => turn !== undefined,
    assign,
    deliver,
    saveWorkspace: () => saveWorkspace(),
    breakOff,
    close: async (reason) => {
      wake?.()
      if (reason !== undefined) breakOff(reason)
      else turn?.breakOff({ event: 'cancel' })
      await running
      wake?.()
      await publishing.close()
      await workbench.tearDown(reason === undefined ? 'put_away' : 'runner_restarted')
      results.close()
      snapshots.close()
      await journal.committed()
    },
  }
}
