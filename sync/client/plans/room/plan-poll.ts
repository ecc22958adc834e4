import * as Y from 'yjs'
import { roomBounds, roomClosed } from '#shared/protocol/plan-room.ts'
import { readSyncAnswer, writeSyncRequest, type PlanSyncAnswer } from '#sync/core/plan/sync-message.ts'
import { splitUpdate } from './split-update.ts'

/** A plan's room by requests. */
export type PlanRequests = {
  readonly fetch: typeof fetch
  /** `https://…/api/v1/plans` */
  readonly url: string
  /** How long after an answer it is asked again, in ms. */
  readonly everyMs?: number
}

export type PlanPollDeps = PlanRequests & {
  readonly path: string
  readonly doc: Y.Doc
  readonly readDisk: () => Promise<Readonly<Record<string, number>>>
  /** It answered, and this device has what the server had. */
  readonly onSynced: () => void
  readonly onAllStored: (marks: Readonly<Record<string, number>>) => void
  /** It answers, and takes nothing from this person. */
  readonly onNotTaken: () => void
  /** As its room closes a socket. */
  readonly onRefused: (code: number) => void
  /** Requests do not get through either. */
  readonly onLost: () => void
}

const everyMs = 3_000
/** A server that asks for patience is asked again after this. */
const laterMs = 15_000
const silenceMs = 20_000
/** Bytes around a change in its request, at most, without the state vector. */
const around = 16

const codes: ReadonlyMap<number, number> = new Map([
  [400, roomClosed.malformed],
  [401, roomClosed.signedOut],
  [404, roomClosed.notFound],
  [413, roomClosed.full],
])

/** Why an exchange came to nothing: a code of the room, or `lost` where the server was not heard at all. */
type Failed = { readonly failed: number | 'lost' }

/** Brings a document and its room together every few seconds, from `start` to `stop`. */
export function createPlanPoll(deps: PlanPollDeps) {
  /** What came by a request. */
  const origin = {}
  /** What the server said that it has. */
  let known: Uint8Array | undefined
  let marks: Readonly<Record<string, number>> = {}
  /** Changes that did not come from here, and how many of them the server has. */
  let changes = 1
  let taken = 0
  let running: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAlive = false

  const note = (_update: Uint8Array, by: unknown): void => {
    if (by !== origin) changes++
  }
  deps.doc.on('update', note)

  async function ask(signal: AbortSignal, updates: readonly Uint8Array[]): Promise<PlanSyncAnswer | Failed> {
    let answered: Response
    let body: Uint8Array
    try {
      answered = await deps.fetch(`${deps.url}/${deps.path}/sync`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: writeSyncRequest({ stateVector: Y.encodeStateVector(deps.doc), updates }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(silenceMs)]),
      })
      body = new Uint8Array(await answered.arrayBuffer())
    } catch {
      return { failed: 'lost' }
    }
    if (!answered.ok) return { failed: isOurs(body) ? (codes.get(answered.status) ?? roomClosed.later) : 'lost' }
    // What is no answer came from something in between.
    const answer = readSyncAnswer(body)
    if (answer === undefined || signal.aborted) return { failed: 'lost' }
    try {
      Y.applyUpdate(deps.doc, answer.update, origin)
    } catch {
      return { failed: 'lost' }
    }
    known = answer.stateVector
    return answer
  }

  async function exchange(signal: AbortSignal): Promise<Failed | undefined> {
    marks = { ...marks, ...(await deps.readDisk().catch(() => ({}))) }
    if (known === undefined || taken === changes) {
      const answer = await ask(signal, [])
      if ('failed' in answer) return answer
    }
    const upTo = changes
    if (taken < upTo && known !== undefined) {
      const update = Y.encodeStateAsUpdate(deps.doc, known)
      for (const part of splitUpdate(update, roomBounds.messageBytes - around)) {
        const answer = await ask(signal, [part])
        if ('failed' in answer) return answer
        if (answer.stored === 0) {
          deps.onNotTaken()
          return undefined
        }
      }
      taken = upTo
    }
    deps.onSynced()
    if (taken !== changes) return undefined
    deps.onAllStored(marks)
    marks = {}
    return undefined
  }

  async function round(signal: AbortSignal): Promise<void> {
    const outcome = await exchange(signal)
    if (signal.aborted) return
    isAlive = outcome?.failed !== 'lost'
    if (outcome?.failed === 'lost') {
      stop()
      return deps.onLost()
    }
    const again = outcome === undefined ? (deps.everyMs ?? everyMs) : laterMs
    timer = setTimeout(() => void round(signal), again)
    if (outcome !== undefined && outcome.failed !== roomClosed.later) deps.onRefused(outcome.failed)
  }

  function stop(): void {
    running?.abort()
    running = undefined
    isAlive = false
    clearTimeout(timer)
  }

  return {
    origin,
    /** Without effect while it runs. */
    start(): void {
      if (running !== undefined) return
      running = new AbortController()
      // By a socket, the server has come to have more than it said here.
      known = undefined
      void round(running.signal)
    },
    stop,
    /** The last request was answered. */
    isAlive: (): boolean => isAlive,
    close(): void {
      stop()
      deps.doc.off('update', note)
    },
  }
}

/** Every answer of the server that is a refusal is JSON with an `error`. */
function isOurs(body: Uint8Array): boolean {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body))
    return typeof parsed === 'object' && parsed !== null && 'error' in parsed
  } catch {
    return false
  }
}
