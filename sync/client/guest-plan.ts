import type { PlanId } from '#shared/ids.ts'
import {
  guestTokenHeader,
  SharedPlanAnswer,
  SharedPlanEvent,
  sharedPlanPath,
  type SharedPlanGate,
  type SharedPlanView,
} from '#shared/protocol/shared-plan.ts'
import { Problem } from '#shared/protocol/sync.ts'
import { followStream } from './follow-stream.ts'
import { RefusedError, UnreachableError } from './workspace.ts'

/** A view with its text, whichever answer it came with. */
export type GuestPlan = SharedPlanView & { readonly markdown: string }

/** How a shared plan stands for who has its link. */
export type GuestPlanState =
  | { readonly type: 'loading' }
  /** It is one of their own team's. */
  | { readonly type: 'gate'; readonly gate: SharedPlanGate }
  /** `before`: it was open on this page. */
  | { readonly type: 'none'; readonly before: boolean }
  /** It could not be loaded. `error`: the server's words; absent: it can't be reached. */
  | { readonly type: 'trouble'; readonly error?: string | undefined }
  | {
      readonly type: 'open'
      readonly plan: GuestPlan
      /** `slow`: changes are asked for now and then, because there are too many readers, or something in between holds them up. */
      readonly following: 'live' | 'slow' | 'offline'
    }

export type GuestPlanLink = {
  subscribe(onState: (state: GuestPlanState) => void): () => void
  /** Asks now, instead of later. */
  retry(): void
  /** Something of ours is new there. */
  refresh(): void
  /** Resolves when the server has done it; rejects with `RefusedError`, or with `UnreachableError`, and then nothing is known of it. */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<void>
  close(): void
}

export type GuestPlanDeps = {
  readonly planId: PlanId
  readonly secret: string
  readonly baseUrl: string
  readonly fetch: typeof fetch
  /** What makes this guest's words theirs; `undefined`: they have not written. */
  readonly token: () => Promise<string | undefined>
}

const patienceMs = 15_000
const retryMs = [500, 1_000, 2_000, 5_000, 10_000, 20_000] as const
const slowMs = 20_000
/** What changes at once is asked for once. */
const gatherMs = 300

/** Follows one shared plan by HTTP: a stream says that something is new, and what it is comes by asking. */
export function openGuestPlan(deps: GuestPlanDeps): GuestPlanLink {
  const address = `${deps.baseUrl}/api/v1${sharedPlanPath(deps.planId, encodeURIComponent(deps.secret))}`
  const listeners = new Set<(state: GuestPlanState) => void>()
  let state: GuestPlanState = { type: 'loading' }
  let failures = 0
  let closed = false
  let round = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let gathering: ReturnType<typeof setTimeout> | undefined
  let streaming: AbortController | undefined
  let asking: Promise<unknown> = Promise.resolve()

  const setState = (next: GuestPlanState): void => {
    state = next
    for (const listener of listeners) listener(next)
  }
  const follows = (following: 'live' | 'slow' | 'offline'): void => {
    if (state.type === 'open' && state.following !== following) setState({ ...state, following })
  }
  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const token = await deps.token().catch(() => undefined)
    const own = token === undefined ? {} : { [guestTokenHeader]: token }
    // The page's policy tells nobody where a request comes from; our own server checks it.
    return await deps.fetch(address + path, {
      ...init,
      headers: { ...own, ...(init.body === undefined ? {} : { 'content-type': 'application/json' }) },
      referrerPolicy: 'same-origin',
      cache: 'no-store',
    })
  }

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
    clearTimeout(gathering)
    streaming?.abort()
    const mine = ++round
    const isOver = (): boolean => closed || mine !== round
    loadOnce(isOver)
      .then((isOpen) => (isOpen ? follow(isOver) : undefined))
      .catch(() => {
        if (!isOver()) fail()
      })
  }

  /** One after another: an answer that was overtaken would show what is not so any more. */
  function loadOnce(isOver: () => boolean): Promise<boolean> {
    const next = asking.then(() => (isOver() ? false : look(isOver)))
    asking = next.catch(() => undefined)
    return next
  }

  /** `true`: it is open, and can be followed. */
  async function look(isOver: () => boolean): Promise<boolean> {
    const have = state.type === 'open' ? state.plan : undefined
    const query = have === undefined ? '' : `?have=${encodeURIComponent(have.tag)}`
    const response = await ask(query, { signal: AbortSignal.timeout(patienceMs) })
    const body: unknown = await response.json()
    if (isOver()) return false
    if (response.status === 404) {
      setState({ type: 'none', before: wasOpen(state) })
      return false
    }
    if (!response.ok) {
      fail(Problem.safeParse(body).data?.error)
      return false
    }
    const answer = SharedPlanAnswer.parse(body)
    failures = 0
    if ('gate' in answer) {
      setState({ type: 'gate', gate: answer })
      return false
    }
    const following = state.type === 'open' && state.following === 'slow' ? 'slow' : 'live'
    setState({ type: 'open', plan: { ...answer, markdown: answer.markdown ?? have?.markdown ?? '' }, following })
    return true
  }

  async function follow(isOver: () => boolean): Promise<void> {
    const stop = new AbortController()
    streaming = stop
    const end = await followStream({
      ask: (init) => ask('/live', init),
      events: SharedPlanEvent,
      stop,
      patienceMs,
      isOver,
      onHeard: () => follows('live'),
      // Rows follow a text later where the server is busy: what nobody told of yet comes with the next ping.
      onEvent: () => gather(isOver),
    })
    if (end === 'slow') {
      follows('slow')
      later(slowMs)
    }
    if (end === 'again') later(0)
    if (end === 'broken') fail()
  }

  function gather(isOver: () => boolean): void {
    clearTimeout(gathering)
    gathering = setTimeout(() => {
      loadOnce(isOver)
        .then((isOpen) => {
          if (!isOpen && !isOver() && state.type === 'none') streaming?.abort()
        })
        .catch(() => {
          if (!isOver()) fail()
        })
    }, gatherMs)
  }

  load()
  return {
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
    refresh() {
      const mine = round
      gather(() => closed || mine !== round)
    },
    async send(method, path, body) {
      const response = await ask(path, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patienceMs),
      }).catch((cause: unknown) => {
        throw new UnreachableError(cause)
      })
      if (response.ok) return
      const problem = Problem.safeParse(await response.json().catch(() => undefined)).data
      const refused = problem?.refusal
      // What was too fast, or met a server in trouble, goes again later.
      if (refused === undefined || refused.code === 'rate_limited' || response.status >= 500)
        throw new UnreachableError(problem?.error)
      throw new RefusedError(refused.code, refused.detail)
    },
    close() {
      closed = true
      clearTimeout(timer)
      clearTimeout(gathering)
      streaming?.abort()
      listeners.clear()
    },
  }
}

const wasOpen = (state: GuestPlanState): boolean => state.type === 'open' || (state.type === 'none' && state.before)
