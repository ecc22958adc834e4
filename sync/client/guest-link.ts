import type { RunId } from '#shared/ids.ts'
import {
  SharedAnswer,
  SharedEvent,
  type SharedGate,
  type SharedView,
  type SharedYou,
} from '#shared/protocol/shared-run.ts'
import { Problem } from '#shared/protocol/sync.ts'
import { followStream } from './follow-stream.ts'
import { RefusedError, UnreachableError } from './workspace.ts'

/** How a shared run stands for who has its link. */
export type GuestState =
  | { readonly type: 'loading' }
  /** The link is right, and opens nothing for this person. */
  | { readonly type: 'gate'; readonly gate: SharedGate }
  /** `before`: it was open on this page. */
  | { readonly type: 'none'; readonly before: boolean }
  /** It could not be loaded. `error`: the server's words; absent: it can't be reached. */
  | { readonly type: 'trouble'; readonly error?: string | undefined }
  | {
      readonly type: 'open'
      readonly you: SharedYou
      readonly sharedBy: string
      readonly agent: SharedView['agent']
      /** `slow`: changes are asked for now and then, because there are too many readers, or something in between holds them up. */
      readonly following: 'live' | 'slow' | 'offline'
    }

export type GuestLink = {
  subscribe(onState: (state: GuestState) => void): () => void
  /** Asks now, instead of later. */
  retry(): void
  get(path: string): Promise<unknown>
  /** Resolves when the server has done it; rejects with `RefusedError`, or with `UnreachableError`, and then nothing is known of it. */
  post(path: string, body: object): Promise<void>
  readonly address: string
  close(): void
}

export type GuestLinkDeps = {
  readonly runId: RunId
  readonly secret: string
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly onView: (view: SharedView) => void
  readonly onEvent: (event: SharedEvent) => void
}

const patienceMs = 15_000
const retryMs = [500, 1_000, 2_000, 5_000, 10_000, 20_000] as const
const slowMs = 20_000

/** Follows one shared run by HTTP: everything at first, then a stream of what changes; after a break everything anew. */
export function openGuestLink(deps: GuestLinkDeps): GuestLink {
  const address = `${deps.baseUrl}/api/v1/shared/${deps.runId}/${encodeURIComponent(deps.secret)}`
  const listeners = new Set<(state: GuestState) => void>()
  let state: GuestState = { type: 'loading' }
  let failures = 0
  let closed = false
  let round = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let streaming: AbortController | undefined

  const setState = (next: GuestState): void => {
    state = next
    for (const listener of listeners) listener(next)
  }
  const follows = (following: 'live' | 'slow' | 'offline'): void => {
    if (state.type === 'open' && state.following !== following) setState({ ...state, following })
  }
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    // The page's policy tells nobody where a request comes from; our own server checks it.
    deps.fetch(address + path, { ...init, referrerPolicy: 'same-origin', cache: 'no-store' })

  function later(ms: number): void {
    clearTimeout(timer)
    if (!closed) timer = setTimeout(load, ms)
  }
  function fail(error?: string): void {
    if (state.type === 'open') follows('offline')
    else setState({ type: 'trouble', error })
    later(retryMs[Math.min(failures++, retryMs.length - 1)] ?? slowMs)
  }

  function load(): void {
    clearTimeout(timer)
    streaming?.abort()
    const mine = ++round
    loadOnce(() => closed || mine !== round).catch(() => {
      if (!closed && mine === round) fail()
    })
  }

  async function loadOnce(isOver: () => boolean): Promise<void> {
    const response = await ask('', { signal: AbortSignal.timeout(patienceMs) })
    const body: unknown = await response.json()
    if (isOver()) return
    if (response.status === 404) return setState({ type: 'none', before: wasOpen(state) })
    if (!response.ok) return fail(Problem.safeParse(body).data?.error)
    const answer = SharedAnswer.parse(body)
    failures = 0
    if ('gate' in answer) {
      setState({ type: 'gate', gate: answer })
      // Somebody who waits to be let in is let in without pressing anything.
      if (answer.gate === 'not_named') later(slowMs / 4)
      return
    }
    take(answer, 'live')
    await follow(isOver)
  }

  function take(view: SharedView, following: 'live' | 'slow'): void {
    deps.onView(view)
    setState({ type: 'open', you: view.you, sharedBy: view.sharedBy, agent: view.agent, following })
  }

  async function follow(isOver: () => boolean): Promise<void> {
    const stop = new AbortController()
    streaming = stop
    const end = await followStream({
      ask: (init) => ask('/live', init),
      events: SharedEvent,
      stop,
      patienceMs,
      isOver,
      onEvent(event) {
        if (event.type === 'view') take(event.view, 'live')
        else if (event.type === 'you' && state.type === 'open') setState({ ...state, you: event.you })
        else deps.onEvent(event)
      },
    })
    if (end === 'slow') {
      follows('slow')
      later(slowMs)
    }
    if (end === 'again') later(0)
    if (end === 'broken') fail()
  }

  load()
  return {
    address,
    subscribe(onState) {
      listeners.add(onState)
      onState(state)
      return () => void listeners.delete(onState)
    },
    retry() {
      if (state.type === 'open' && state.following === 'live') return
      failures = 0
      load()
    },
    async get(path) {
      const response = await ask(path, { signal: AbortSignal.timeout(patienceMs) })
      if (!response.ok) throw new Error(`${path.split('?')[0]}: ${response.status}`)
      return await response.json()
    },
    async post(path, body) {
      const response = await ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(patienceMs),
      }).catch((cause: unknown) => {
        throw new UnreachableError(cause)
      })
      if (response.ok) return
      const problem = Problem.safeParse(await response.json().catch(() => undefined)).data
      if (problem?.refusal === undefined) throw new UnreachableError(problem?.error)
      throw new RefusedError(problem.refusal.code, problem.refusal.detail)
    },
    close() {
      closed = true
      clearTimeout(timer)
      streaming?.abort()
      listeners.clear()
    },
  }
}

const wasOpen = (state: GuestState): boolean => state.type === 'open' || (state.type === 'none' && state.before)
