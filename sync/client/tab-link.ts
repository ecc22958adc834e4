import type { BrowserDown, BrowserUp } from '#shared/protocol/browser-socket.ts'
import type { Link, LinkState } from './socket-link.ts'

export type TabLinkDeps = {
  /** One name for each person and team: tabs with the same one share a socket. */
  readonly name: string
  readonly tabId: string
  readonly locks: LockManager
  readonly createChannel: (name: string) => BroadcastChannel
  readonly openSocket: () => Link
}

type TabMessage =
  | { readonly type: 'up'; readonly tab: string; readonly message: BrowserUp }
  | { readonly type: 'down'; readonly message: BrowserDown }
  | { readonly type: 'state'; readonly state: LinkState }
  | { readonly type: 'ask' }
  | { readonly type: 'probe' | 'suspend' }
  | { readonly type: 'bye'; readonly tab: string }

/** How often a tab asks the one that leads whether it is there. */
const askMs = 15_000
/** A tab that leads answers within this, or is taken as frozen. */
const answerMs = 4_000

/**
 * One socket for all tabs of a profile: the tab that holds the lock opens it and passes frames on; when it goes, the
 * next one in the line takes over and everybody says again what they want. A space or run is given up at the
 * server only when no tab wants it.
 *
 * A browser may freeze the tab that leads, which then neither works nor lets the lock go: a tab that is not answered takes
 * the lock from it. When the frozen one wakes up, it has lost the lock, closes its socket and waits in the line.
 */
export function createTabLink(deps: TabLinkDeps): Link {
  const channel = deps.createChannel(deps.name)
  const messages = new Set<(message: BrowserDown) => void>()
  const states = new Set<(state: LinkState) => void>()
  const wanted = new Map<string, Set<string>>()
  const giveUp = new AbortController()
  let state: LinkState = 'connecting'
  let socket: Link | undefined
  let stopLeading: (() => void) | undefined
  let waiting = false
  let closed = false
  let answer: ReturnType<typeof setTimeout> | undefined

  const post = (message: TabMessage): void => channel.postMessage(message)
  const isLeader = (): boolean => socket !== undefined

  function setState(next: LinkState): void {
    state = next
    for (const listener of states) listener(next)
  }

  function onDown(message: BrowserDown): void {
    for (const listener of messages) listener(message)
  }

  function lead(): void {
    const leading = deps.openSocket()
    socket = leading
    clearTimeout(answer)
    const stopMessages = leading.onMessage((message) => {
      post({ type: 'down', message })
      onDown(message)
    })
    const stopState = leading.onState((next) => {
      if (next === 'open') wanted.clear()
      post({ type: 'state', state: next })
      setState(next)
    })
    stopLeading = () => {
      stopMessages()
      stopState()
      socket = undefined
      leading.close()
    }
  }

  /** What a tab asks, told to the server only when it changes what the tabs together want. */
  function sendFor(tab: string, message: BrowserUp): void {
    const key = wantKey(message)
    if (key === undefined) return socket?.send(message)
    const tabs = wanted.get(key.name) ?? new Set<string>()
    wanted.set(key.name, tabs)
    if (key.wants) tabs.add(tab)
    else if (!tabs.delete(tab) || tabs.size > 0) return
    socket?.send(message)
  }

  function forgetTab(tab: string): void {
    for (const [name, tabs] of wanted) {
      if (!tabs.delete(tab) || tabs.size > 0) continue
      const release = releaseOf(name)
      if (release !== undefined) socket?.send(release)
    }
  }

  channel.onmessage = (event: MessageEvent<TabMessage>) => {
    const { data } = event
    switch (data.type) {
      case 'up':
        return isLeader() ? sendFor(data.tab, data.message) : undefined
      case 'bye':
        return isLeader() ? forgetTab(data.tab) : undefined
      case 'ask':
        return isLeader() ? post({ type: 'state', state }) : undefined
      case 'probe':
        if (isLeader()) post({ type: 'state', state })
        return socket?.probe()
      case 'suspend':
        return socket?.suspend()
      case 'down':
        clearTimeout(answer)
        return isLeader() ? undefined : onDown(data.message)
      case 'state':
        clearTimeout(answer)
        return isLeader() ? undefined : setState(data.state)
    }
  }

  const untilClosed = new Promise<void>((resolve) =>
    giveUp.signal.addEventListener('abort', () => resolve(), { once: true }),
  )

  /** Holds the lock, and leads meanwhile. `false`: another tab took it, or this one closed while it waited. */
  async function hold(how: LockOptions): Promise<boolean> {
    try {
      await deps.locks.request(deps.name, how, () => {
        waiting = false
        lead()
        return untilClosed
      })
      return true
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return false
      throw error
    }
  }

  async function waitInLine(): Promise<void> {
    if (waiting) return
    waiting = true
    if (!(await hold({ signal: giveUp.signal }))) await stepDown()
  }

  async function takeOver(): Promise<void> {
    if (!(await hold({ steal: true }))) await stepDown()
  }

  async function stepDown(): Promise<void> {
    if (closed) return
    stopLeading?.()
    post({ type: 'ask' })
    await waitInLine()
  }
  void waitInLine()

  /** Asks the tab that leads; one that doesn't answer is no longer waited for. */
  function expectLeader(message: TabMessage): void {
    post(message)
    clearTimeout(answer)
    answer = setTimeout(() => {
      if (!closed && !isLeader()) void takeOver()
    }, answerMs)
  }
  const asking = setInterval(() => {
    if (!isLeader()) expectLeader({ type: 'ask' })
  }, askMs)
  expectLeader({ type: 'ask' })

  return {
    send(message) {
      if (isLeader()) sendFor(deps.tabId, message)
      else post({ type: 'up', tab: deps.tabId, message })
    },
    onMessage(listener) {
      messages.add(listener)
      return () => messages.delete(listener)
    },
    onState(listener) {
      states.add(listener)
      listener(state)
      return () => states.delete(listener)
    },
    probe() {
      if (isLeader()) socket?.probe()
      else expectLeader({ type: 'probe' })
    },
    suspend() {
      if (isLeader()) socket?.suspend()
      else post({ type: 'suspend' })
    },
    close() {
      if (closed) return
      closed = true
      clearInterval(asking)
      clearTimeout(answer)
      post({ type: 'bye', tab: deps.tabId })
      giveUp.abort()
      stopLeading?.()
      channel.close()
    },
  }
}

function wantKey(message: BrowserUp): { name: string; wants: boolean } | undefined {
  switch (message.type) {
    case 'subscribe':
    case 'unsubscribe':
      return { name: `space ${message.space}`, wants: message.type === 'subscribe' }
    case 'follow':
    case 'unfollow':
      return { name: `run ${message.runId}`, wants: message.type === 'follow' }
    default:
      return undefined
  }
}

function releaseOf(name: string): BrowserUp | undefined {
  const [kind, id] = name.split(' ')
  if (id === undefined) return undefined
  return kind === 'space'
    ? { type: 'unsubscribe', space: id as Extract<BrowserUp, { type: 'unsubscribe' }>['space'] }
    : { type: 'unfollow', runId: id as Extract<BrowserUp, { type: 'unfollow' }>['runId'] }
}
