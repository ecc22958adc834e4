import type { Attachment } from '#shared/domain/attachment.ts'
import { mentionsOf, textForAgent } from '#shared/domain/mention.ts'
import type { RunReason } from '#shared/domain/run.ts'
import type { DeliveryId } from '#shared/ids.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import { refusal } from '#shared/refusal.ts'
import type { Clock } from '../clock.ts'
import { runbook } from '../harness/declarations/runbook.ts'
import type { Journal } from './journal.ts'
import type { Receipts } from './receipts.ts'
import type { QueuedPrompt } from './run-deps.ts'
import type { Transcript } from './transcript.ts'
import { TurnEnded, type TurnEnd } from './turn-end.ts'
import type { Workbench } from './workbench.ts'

/** After `session/cancel` the harness has so long to answer; then the sandbox is ended. */
const stopGraceMs = 700
const interruptGraceMs = 10_000

/** One turn: from the assignment's prompt, over messages that come meanwhile, to one end. */
export interface Turn {
  readonly assignment: Assignment
  /** Does the work. Resolves with how it ended, also when it was stopped or broken off. */
  run(): Promise<TurnEnd>
  /** @returns false when the turn can't take it any more. */
  take(prompt: QueuedPrompt): boolean
  waiting(): number
  /** `reason`: no person wanted it. The turn ends as failed then, and its session is kept. */
  stop(deliveryId: DeliveryId, reason?: RunReason): void
  breakOff(end: TurnEnd): void
  /** Nothing more is taken. */
  over(): boolean
  /** Closes what is open in the transcript. */
  settle(end: TurnEnd): void
  /** Tells what became of the deliveries that the turn still held. */
  settleReceipts(): Promise<void>
  told(): boolean
  markTold(): void
}

/** As the agent gets it. */
interface Message {
  readonly text: string
  readonly attachments: readonly Attachment[]
  /** Files of the workspace that it mentions. */
  readonly paths: readonly string[]
  /** Addresses of pages that it mentions. */
  readonly pages: readonly string[]
}

export function createTurn(deps: {
  assignment: Assignment
  journal: Journal
  clock: Clock
  transcript: Transcript
  workbench: Workbench
  receipts: Receipts
}): Turn {
  const { assignment, journal, transcript, workbench, receipts } = deps
  const aborting = new AbortController()
  const { promise: brokenOff, resolve: end } = Promise.withResolvers<TurnEnd>()
  const queue: QueuedPrompt[] = [{ ...assignment.prompt, mode: 'queue' }]
  const stops: DeliveryId[] = []
  let over = false
  let told = false
  let prompting = false
  let interrupted = false

  async function run(): Promise<TurnEnd> {
    journal.append({ type: 'state', event: 'claim', turn: assignment.turn })
    const first = takeNext()
    const work = converse(first).then(
      (outcome) => (aborting.signal.aborted ? brokenOff : outcome),
      (error: unknown) => {
        if (aborting.signal.aborted) return brokenOff
        throw error
      },
    )
    const outcome = await Promise.race([work, brokenOff])
    over = true
    aborting.abort()
    return outcome
  }

  async function converse(first: Message): Promise<TurnEnd> {
    if (assignment.config.setUpOnly === true) return setUpAlone()
    const opened = await workbench.open(assignment, aborting.signal)
    aborting.signal.throwIfAborted()
    journal.append({ type: 'state', event: 'start', turn: assignment.turn })
    let next = withLeading(first)
    next = { ...next, text: opened.firstPrompt(next.text) }
    for (;;) {
      prompting = true
      interrupted = false
      const beside = { attachments: next.attachments, paths: next.paths, pages: next.pages, signal: aborting.signal }
      const outcome = await workbench.prompt(next.text, beside).finally(() => {
        prompting = false
      })
      if (aborting.signal.aborted) return outcome
      // The harness ended its turn because it was interrupted, or something waits: go on in the same turn.
      if (queue.length > 0) {
        next = withLeading(takeNext())
        continue
      }
      const unheard = workbench.takeUnheard()
      if (unheard.length > 0) {
        next = { text: unheard.join('\n\n'), attachments: [], paths: [], pages: [] }
        continue
      }
      over = true
      return outcome
    }
  }

  /** A try of an environment: nobody is there to talk to. */
  async function setUpAlone(): Promise<TurnEnd> {
    await workbench.setUp(assignment, aborting.signal)
    aborting.signal.throwIfAborted()
    journal.append({ type: 'state', event: 'start', turn: assignment.turn })
    over = true
    await workbench.tearDown()
    return { event: 'succeed' }
  }

  /** Interrupting messages that came together reach the agent together. */
  function withLeading(first: Message): Message {
    const all = [first]
    while (queue[0]?.mode === 'interrupt') all.push(takeNext())
    const files = all.flatMap(({ attachments }) => attachments)
    return {
      text: all.map(({ text }) => text).join('\n\n'),
      attachments: [...new Map(files.map((file) => [file.blob, file])).values()],
      paths: [...new Set(all.flatMap(({ paths }) => paths))],
      pages: [...new Set(all.flatMap(({ pages }) => pages))],
    }
  }

  /** The next message becomes part of the transcript. */
  function takeNext(): Message {
    const prompt = queue.shift()
    if (prompt === undefined) throw new TurnEnded({ event: 'succeed' })
    transcript.addPrompt({
      text: prompt.text,
      promptId: prompt.promptId,
      ...(prompt.by === undefined ? {} : { by: prompt.by }),
      ...(prompt.automatic === undefined ? {} : { automatic: prompt.automatic }),
      ...(prompt.plans === undefined ? {} : { plans: [...prompt.plans] }),
      ...(prompt.attachments === undefined ? {} : { attachments: [...prompt.attachments] }),
    })
    journal.append({ type: 'prompt_taken', promptId: prompt.promptId })
    if (prompt.deliveryId !== undefined) void receipts.set(prompt.deliveryId, 'done')
    if (assignment.config.harness !== runbook.id) {
      const said = textForAgent(prompt.text)
      const text = [said, ...takeByHand(), ...(prompt.context === undefined ? [] : [prompt.context])].join('\n\n')
      const mentions = mentionsOf(prompt.text)
      return {
        text,
        attachments: prompt.attachments ?? [],
        paths: mentions.flatMap((one) => (one.kind === 'path' || one.kind === 'symbol' ? [one.path] : [])),
        pages: mentions.flatMap((one) => (one.kind === 'page' ? [one.url] : [])),
      }
    }
    // It would execute the commands of a plan that was only mentioned.
    if (prompt.context !== undefined)
      transcript.notice('info', 'Runbook carries out only what stands in the message itself, not what it mentions.')
    if (prompt.attachments !== undefined)
      transcript.notice(
        'info',
        'Runbook carries out only what stands in the message itself, not files that go with it.',
      )
    return { text: textForAgent(prompt.text), attachments: [], paths: [], pages: [] }
  }

  /** A harness knows of what people did to its files only what it is told. */
  function takeByHand(): string[] {
    const { byHand = [] } = journal.memory().facts
    if (byHand.length === 0) return []
    void journal.record({ k: 'facts', facts: { byHand: [] } })
    return [
      `People changed files of the workspace since your last message; read them again before you change them:\n${byHand.join('\n')}`,
    ]
  }

  function interrupt(): void {
    if (!prompting || interrupted) return
    interrupted = true
    void workbench.cancelPrompt(interruptGraceMs)
  }

  return {
    assignment,
    run,
    take: (prompt) => {
      if (over) return false
      if (prompt.mode === 'queue') {
        queue.push(prompt)
        return true
      }
      const place = queue.findIndex((one) => one.mode === 'queue')
      queue.splice(place === -1 ? queue.length : place, 0, prompt)
      interrupt()
      return true
    },
    waiting: () => queue.length,
    stop: (deliveryId, reason) => {
      stops.push(deliveryId)
      if (over) return
      over = true
      aborting.abort()
      const graceMs = reason === undefined ? stopGraceMs : interruptGraceMs
      void workbench
        .cancelPrompt(graceMs)
        .then(() => end(reason === undefined ? { event: 'cancel' } : { event: 'fail', reason }))
    },
    breakOff: (how) => {
      over = true
      aborting.abort()
      end(how)
    },
    over: () => over,
    settle: (how) => {
      workbench.settle(how.event === 'succeed' ? 'completed' : how.event === 'cancel' ? 'cancelled' : 'failed')
    },
    settleReceipts: async () => {
      for (const deliveryId of stops) await receipts.set(deliveryId, 'done')
      for (const prompt of queue.splice(0)) {
        if (prompt.deliveryId === undefined) continue
        await receipts.set(prompt.deliveryId, 'refused', refusal('run_ended', 'the turn ended before the agent got it'))
      }
    },
    told: () => told,
    markTold: () => {
      told = true
    },
  }
}
