import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js'
import { RunTerminal } from '#shared/domain/terminal.ts'
import type { TerminalId } from '#shared/ids.ts'
import { terminalPath, type LiveTerminal, type TerminalPlace } from '#shared/protocol/terminal.ts'
import { createTerminalLink, type TerminalLink } from '#sync/client/terminal/terminal-link.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { usePlatform } from '../../../state/platform.ts'
import { useQuery } from '../../../state/query.ts'
import { refusalText } from './refusal-text.ts'
import { useScene } from '../scene.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'

/** One terminal of the run: as it is now, as its row keeps it, or both. */
export type KnownTerminal = {
  readonly id: TerminalId
  readonly startedAt: number
  readonly live: LiveTerminal | undefined
  readonly row: RunTerminal | undefined
}

export type Terminals = {
  readonly link: TerminalLink
  readonly device: string
  /** Newest first; those that live before those that have ended. */
  readonly all: Accessor<readonly KnownTerminal[]>
  readonly loaded: Accessor<boolean>
  /** `undefined`: the server has not said. */
  readonly place: Accessor<TerminalPlace | undefined>
  readonly mayWrite: Accessor<boolean>
  readonly isOpen: Accessor<boolean>
  /** Why it won't connect any more. */
  readonly over: Accessor<'signed_out' | 'not_found' | 'reload' | undefined>
  /** What was refused last, in words; goes with the next press. */
  readonly problem: Accessor<string | undefined>
  readonly setProblem: (words: string | undefined) => void
}

/** The terminals of the run on the page. Needs an owner. */
export function useTerminals(model: TranscriptModel): Terminals {
  const scene = useScene()
  const platform = usePlatform()
  const device = Array.from(platform.random(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const rows = useQuery(() => (tx) => scanRows(tx, keys.terminals, RunTerminal), {
    source: () => model.source,
    key: null,
  })
  const [lives, setLives] = createSignal<readonly LiveTerminal[]>([])
  const [place, setPlace] = createSignal<TerminalPlace>()
  const [mayWrite, setMayWrite] = createSignal(false)
  const [isOpen, setOpen] = createSignal(false)
  const [over, setOver] = createSignal<'signed_out' | 'not_found' | 'reload'>()
  const [problem, setProblem] = createSignal<string>()
  const address = new URL(`${terminalPath}/${scene.runId}`, window.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'

  const link = createTerminalLink({
    url: address.href,
    device,
    createSocket: (url) => new WebSocket(url),
    now: platform.now,
    ticks: () => performance.now(),
    random: () => (platform.random(1)[0] ?? 0) / 256,
    onState(state) {
      setPlace(state.place)
      setMayWrite(state.mayWrite)
      // A machine that is away says nothing of its terminals; they stay as they were seen last.
      if (state.place !== 'no_runner') setLives(state.terminals)
    },
    onOpen: setOpen,
    onRefused: (refused) => setProblem(refusalText(refused.refusal)),
    onEnd: setOver,
  })
  onCleanup(() => link.close())
  createEffect(on(scene.online, (online) => (online ? link.wake() : link.rest()), { defer: true }))

  const all = createMemo((): KnownTerminal[] => {
    const kept = new Map((rows.value ?? []).map((row) => [row.id, row]))
    const live = lives().map((one): KnownTerminal => ({
      id: one.id,
      startedAt: one.startedAt,
      live: one,
      row: kept.get(one.id),
    }))
    const here = new Set(live.map(({ id }) => id))
    const past = [...kept.values()]
      .filter(({ id }) => !here.has(id))
      .map((row): KnownTerminal => ({ id: row.id, startedAt: row.startedAt, live: undefined, row }))
    return [...live, ...past].sort(
      (a, b) => Number(endOf(a) !== undefined) - Number(endOf(b) !== undefined) || b.startedAt - a.startedAt,
    )
  })
  return {
    link,
    device,
    all,
    loaded: () => rows.loaded || lives().length > 0,
    place,
    mayWrite,
    isOpen,
    over,
    problem,
    setProblem,
  }
}

export function endOf(one: KnownTerminal): RunTerminal['end'] {
  return one.live === undefined ? one.row?.end : one.live.end
}
