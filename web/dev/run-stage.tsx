import { createSignal, type JSX } from 'solid-js'
import { render } from 'solid-js/web'
import type { Run } from '#shared/domain/run.ts'
import type { Role } from '#shared/domain/team.ts'
import { Run as RunSchema } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { createMemoryWorkspace, type MemoryWorkspace } from './memory-workspace.ts'
import { billing, billingRun } from './run-seed.ts'
import { seed, seedIds } from './seed.ts'
import { noStorage } from './no-push.ts'
import { ClockContext } from '../state/clock.ts'
import { CommandsContext, createCommands } from '../state/commands.ts'
import { DeviceStoreContext, createMemoryDeviceStore, type DeviceStore } from '../state/device-store.ts'
import { KeyboardContext, createKeyboard } from '../state/keyboard.ts'
import { PaletteContext } from '../state/palette.ts'
import { PlatformContext, type Platform } from '../state/platform.ts'
import { DeviceStorageContext } from '../state/storage.ts'
import { TeamDataContext, createTeamData } from '../state/team-data.ts'
import { WorkspaceContext } from '../state/workspace.ts'
import { teamBlobs } from '../state/blobs.ts'
import { SceneContext, type Person, type Scene } from '../features/run/scene.ts'

/** For tests of the run page's parts: the run of the mocks, in memory, with everything that stands around a part. */
export type Stage = {
  readonly workspace: MemoryWorkspace
  readonly root: HTMLElement
  readonly store: DeviceStore
  readonly setRun: (change: Partial<Run>) => void
  readonly close: () => void
}

const at = 1_760_000_000_000

export function stage(
  part: () => JSX.Element,
  options: {
    readonly role?: Role
    readonly phone?: boolean
    readonly store?: DeviceStore
    readonly ask?: string
    readonly media?: (query: string) => boolean
  } = {},
): Stage {
  Object.defineProperty(window, 'matchMedia', {
    configurable: true,
    value: (query: string) => ({
      matches: options.media?.(query) ?? false,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }),
  })
  // jsdom lays nothing out.
  globalThis.ResizeObserver ??= class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  }
  globalThis.CSS ??= { supports: () => true } as unknown as typeof CSS
  const made = billing(at, { ask: options.ask })
  const role = options.role ?? 'owner'
  const workspace = createMemoryWorkspace({
    userId: seedIds.mara,
    teamId: seedIds.team,
    role,
    now: () => at,
    rows: { ...seed(at).rows, ...made.rows },
  })
  const store = options.store ?? createMemoryDeviceStore()
  let random = 0
  const platform: Platform = { now: () => at, random: (bytes) => new Uint8Array(bytes).fill(++random), openedAt: at }
  const [run, setRun] = createSignal<Run>(RunSchema.parse(workspace.rows.get(keys.run(billingRun))))
  const people: readonly Person[] = [
    { id: seedIds.mara, name: 'Mara Lindqvist', hue: 1, isMe: true },
    { id: seedIds.jonas, name: 'Jonas Okafor', hue: 2, isMe: false },
  ]
  const [open, setOpen] = createSignal<Record<string, boolean>>({})
  let log!: HTMLDivElement
  const scene: Scene = {
    runId: billingRun,
    run,
    agent: () => ({ name: 'Claude Code', letters: 'CC' }),
    me: seedIds.mara,
    guest: false,
    blobs: teamBlobs,
    canSteer: () => role !== 'viewer',
    answerers: () => people.filter((person) => role !== 'viewer' || !person.isMe),
    person: (id) => people.find((person) => person.id === id),
    callName: (id) => (id === seedIds.mara ? 'You' : 'Jonas'),
    online: () => true,
    phone: () => options.phone ?? false,
    isOpen: (key, byDefault) => open()[key] ?? byDefault,
    setOpen: (key, now) => setOpen((before) => ({ ...before, [key]: now })),
    showChanges: () => undefined,
    toTranscript: () => log.focus(),
    compose: () => undefined,
    entryLink: (n) => `https://drover.example/runs/${billingRun}#e-${n}`,
  }
  const root = document.createElement('div')
  document.body.append(root)
  const Inside = (): JSX.Element => (
    <TeamDataContext.Provider value={createTeamData(workspace)}>
      {part()}
      <div ref={log} role="log" tabindex="0" aria-label="Transcript" />
    </TeamDataContext.Provider>
  )
  const Around = (): JSX.Element => (
    <KeyboardContext.Provider
      value={createKeyboard({ now: () => at, storage: { getItem: () => null, setItem: () => undefined } })}
    >
      <CommandsContext.Provider value={createCommands()}>
        <PaletteContext.Provider value={() => undefined}>
          <WorkspaceContext.Provider value={workspace}>
            <DeviceStorageContext.Provider value={noStorage}>
              <SceneContext.Provider value={scene}>
                <Inside />
              </SceneContext.Provider>
            </DeviceStorageContext.Provider>
          </WorkspaceContext.Provider>
        </PaletteContext.Provider>
      </CommandsContext.Provider>
    </KeyboardContext.Provider>
  )
  const dispose = render(
    () => (
      <PlatformContext.Provider value={platform}>
        <DeviceStoreContext.Provider value={store}>
          <ClockContext.Provider value={() => at}>
            <Around />
          </ClockContext.Provider>
        </DeviceStoreContext.Provider>
      </PlatformContext.Provider>
    ),
    root,
  )
  return {
    workspace,
    root,
    store,
    setRun: (change) => setRun((before) => ({ ...before, ...change })),
    close() {
      dispose()
      root.remove()
    },
  }
}

/** Lets promises and the microtasks after them run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

export function press(target: EventTarget, key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
  target.dispatchEvent(event)
  return event
}

/** The button whose words are `text` (keys drawn on it don't count). */
export function button(root: ParentNode, text: string): HTMLButtonElement | undefined {
  return [...root.querySelectorAll('button')].find((known) => {
    const copy = known.cloneNode(true) as HTMLElement
    copy.querySelectorAll('kbd').forEach((kbd) => kbd.remove())
    return (known.getAttribute('aria-label') ?? copy.textContent).trim() === text
  })
}
