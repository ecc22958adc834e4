import { ArrowLeft, ClipboardPaste, Copy, Ellipsis, Plus, ScanEye, X, ZoomIn, ZoomOut } from 'lucide'
import { Show, createEffect, createMemo, createSignal, on, onCleanup, onMount } from 'solid-js'
import { Button, IconButton } from '../../../ui/button.tsx'
import { copyAndTell } from '../../../ui/copy.ts'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { Menu, MenuItem } from '../../../ui/menu.tsx'
import { Select } from '../../../ui/select.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { useIds } from '../../../state/platform.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { endWords, terminalWords } from '../../../words/terminal.ts'
import { useScene } from '../scene.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'
import { HeightHandle } from './height-handle.tsx'
import { KeyRow } from './key-row.tsx'
import { placeWords } from './place-words.ts'
import { TerminalScreen, type ScreenHandle } from './terminal-screen.tsx'
import { endOf, useTerminals, type KnownTerminal } from './use-terminals.ts'
import { followViewport } from './viewport.ts'
import styles from './terminal-panel.module.css'

const fonts = { phone: 12, desktop: 13, least: 9, most: 24 } as const
/** Our agent: its commands run in terminals; all others keep theirs inside themselves. */
const ownHarness = 'drover'

/** The terminals of a run: beside the transcript, on a phone over it. */
export function TerminalPanel(props: {
  readonly model: TranscriptModel
  /** Id of the one to show; absent: the newest. */
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
  readonly onClose: () => void
}) {
  const scene = useScene()
  const ids = useIds()
  const team = useTeamData()
  // oxlint-disable-next-line solid/reactivity
  const terminals = useTerminals(props.model)
  const [handle, setHandle] = createSignal<ScreenHandle>()
  const [font, setFont] = createSignal<number>(scene.phone() ? fonts.phone : fonts.desktop)
  const [reader, setReader] = createSignal(false)
  const [link, setLink] = createSignal<string>()
  let panel!: HTMLElement

  const current = createMemo((): KnownTerminal | undefined => {
    const all = terminals.all()
    return all.find(({ id }) => id === props.chosen) ?? (props.chosen === undefined ? all[0] : undefined) ?? all[0]
  })
  const writer = () => current()?.live?.writer
  const end = () => {
    const one = current()
    return one === undefined ? undefined : endOf(one)
  }
  const holds = (): boolean => {
    const who = writer()
    return who?.kind === 'person' && who.device === terminals.device && end() === undefined
  }
  const isConnected = (): boolean => terminals.isOpen() && terminals.place() !== 'no_runner'
  const mayType = (): boolean => terminals.mayWrite() && isConnected()
  const titleOf = (one: KnownTerminal): string => {
    const owner = one.live?.owner ?? one.row?.owner
    if (owner?.kind !== 'person') return one.live?.title ?? one.row?.title ?? terminalWords.title
    return owner.userId === scene.me ? terminalWords.yourShell : terminalWords.shellOf(scene.callName(owner.userId))
  }
  const holder = (): string => {
    const who = writer()
    if (who?.kind === 'agent') return terminalWords.held.agent(scene.agent().name)
    if (who?.kind !== 'person') return terminalWords.held.nobody
    if (holds()) return terminalWords.held.you
    if (who.userId === scene.me) return terminalWords.held.elsewhere
    const name = scene.callName(who.userId)
    return who.awaySince === undefined ? terminalWords.held.person(name) : terminalWords.held.away(name)
  }
  const takeWords = (): string => {
    const who = writer()
    if (who?.kind === 'agent') return terminalWords.takeOverFrom(scene.agent().name)
    return who?.kind === 'person' && who.userId !== scene.me
      ? terminalWords.takeOverFrom(scene.callName(who.userId))
      : terminalWords.takeOver
  }
  /** What stands above the screen: why nothing can be typed, or what was refused. */
  const notice = (): string | undefined => {
    const over = terminals.over()
    if (over === 'signed_out') return terminalWords.signedOut
    if (over === 'reload') return terminalWords.reload
    if (!scene.online()) return terminalWords.offline
    if (!terminals.isOpen()) return terminals.place() === undefined ? undefined : terminalWords.connecting
    const place = terminals.place()
    const words = placeWords(place, scene.run(), team.runners.all())
    if (words !== '' && !(place === 'away' && end() === undefined && current() !== undefined)) return words
    if (!terminals.mayWrite()) return terminalWords.viewer
    return terminals.problem()
  }
  const part = (): string | undefined => {
    const missing = handle()?.isPart()
    if (missing === undefined) return undefined
    return missing === 'here' ? terminalWords.partHere : terminalWords.part(missing)
  }
  const notSent = (): void => terminals.setProblem(terminalWords.notSent)

  function openShell(): void {
    terminals.setProblem(undefined)
    const terminalId = ids.terminalId()
    if (!terminals.link.ask({ type: 'open', terminalId, size: { cols: 80, rows: 24 } })) return notSent()
    props.onChoose(terminalId)
    setWanted(terminalId)
  }
  /** A shell that was just opened gets the focus once it is there. */
  const [wanted, setWanted] = createSignal<string>()
  createEffect(() => {
    if (wanted() === undefined || current()?.id !== wanted() || !holds()) return
    const screen = handle()
    if (screen === undefined) return
    setWanted(undefined)
    screen.focus()
  })
  function act(ask: 'release' | 'close'): void {
    const one = current()
    terminals.setProblem(undefined)
    if (one !== undefined && !terminals.link.ask({ type: ask, terminalId: one.id })) notSent()
  }
  function take(): void {
    terminals.setProblem(undefined)
    handle()?.take()
  }
  async function paste(): Promise<void> {
    try {
      handle()?.paste(await navigator.clipboard.readText())
    } catch {
      showToast({ text: terminalWords.pasteFailed })
    }
    handle()?.focus()
  }
  const grow = (by: number): void => void setFont((px) => Math.min(fonts.most, Math.max(fonts.least, px + by)))
  const leave = (): void => panel.querySelector<HTMLElement>('[data-leave-to]')?.focus()

  onMount(() => {
    panel.focus()
    if (scene.phone()) onCleanup(followViewport(panel))
  })
  createEffect(
    on(
      () => current()?.id,
      () => terminals.setProblem(undefined),
      { defer: true },
    ),
  )

  return (
    <section
      ref={panel}
      class={styles.panel}
      aria-label={terminalWords.title}
      data-over={scene.phone() ? '' : undefined}
      tabindex="-1"
    >
      <Show when={!scene.phone()}>
        <HeightHandle page={() => panel.parentElement} />
      </Show>
      <header class={styles.head}>
        <Show when={scene.phone()}>
          <IconButton
            icon={ArrowLeft}
            size="touch"
            label={terminalWords.close}
            data-leave-to=""
            onClick={() => props.onClose()}
          />
        </Show>
        <h2 class={styles.title}>{terminalWords.title}</h2>
        <Show when={terminals.all().length > 0}>
          <div class={styles.choice}>
            <Select
              label={terminalWords.list}
              labelHidden
              choices={terminals.all().map((one) => {
                const ended = endOf(one)
                return { value: one.id, label: titleOf(one), hint: ended === undefined ? undefined : endWords(ended) }
              })}
              value={current()?.id ?? ''}
              onChange={(id) => props.onChoose(id)}
            />
          </div>
        </Show>
        <span class={styles.grow} />
        <Show when={terminals.mayWrite() || !terminals.isOpen()}>
          <Button
            size={scene.phone() ? 'touch' : 'sm'}
            icon={Plus}
            disabled={!mayType() || terminals.place() !== 'ready'}
            aria-label={terminalWords.newShell}
            onClick={openShell}
          >
            {terminalWords.newShellShort}
          </Button>
        </Show>
        <Show when={current()}>
          <Menu icon={Ellipsis} label={terminalWords.more} size={scene.phone() ? 'touch' : 'md'}>
            <MenuItem icon={ClipboardPaste} disabled={!holds()} onSelect={() => void paste()}>
              {terminalWords.paste}
            </MenuItem>
            <MenuItem icon={Copy} onSelect={() => void copyAndTell(handle()?.selection() ?? '')}>
              {terminalWords.copy}
            </MenuItem>
            <MenuItem icon={ZoomIn} onSelect={() => grow(1)}>
              {terminalWords.larger}
            </MenuItem>
            <MenuItem icon={ZoomOut} onSelect={() => grow(-1)}>
              {terminalWords.smaller}
            </MenuItem>
            <MenuItem icon={ScanEye} onSelect={() => setReader((isOn) => !isOn)}>
              {reader() ? `${terminalWords.readerOn} ✓` : terminalWords.readerOn}
            </MenuItem>
            <MenuItem icon={X} tone="danger" disabled={!holds()} onSelect={() => act('close')}>
              {terminalWords.end}
            </MenuItem>
          </Menu>
        </Show>
        <Show when={!scene.phone()}>
          <IconButton icon={X} label={terminalWords.close} data-leave-to="" onClick={() => props.onClose()} />
        </Show>
      </header>
      <Show when={notice()}>
        {(words) => (
          <p class={styles.notice} role="status">
            {words()}
          </p>
        )}
      </Show>
      <Show
        when={current()?.id}
        keyed
        fallback={
          <Show when={terminals.loaded()}>
            <EmptyState text={isConnected() ? terminalWords.none : terminalWords.noneKept} />
          </Show>
        }
      >
        {(id) => (
          <TerminalScreen
            terminals={terminals}
            one={terminals.all().find((one) => one.id === id) ?? unreachable()}
            title={terminalWords.screen(titleOf(current() ?? unreachable()))}
            holds={holds()}
            font={font()}
            reader={reader()}
            onLeave={leave}
            onLink={setLink}
            onNotSent={notSent}
            handle={setHandle}
          />
        )}
      </Show>
      <Show when={current()}>
        <footer class={styles.foot}>
          <span class={styles.holder} role="status">
            {end() === undefined ? (current()?.live === undefined ? '' : holder()) : endWords(end() ?? unreachable())}
          </span>
          <Show when={part()}>{(words) => <span class={styles.part}>{words()}</span>}</Show>
          <Show when={holds() && !scene.phone()}>
            <span class={styles.part}>{terminalWords.leave}</span>
          </Show>
          <span class={styles.grow} />
          <Show when={current()?.live !== undefined && end() === undefined && mayType()}>
            <Show
              when={holds()}
              fallback={
                <Button size={scene.phone() ? 'touch' : 'sm'} tone="ink" onClick={take}>
                  {takeWords()}
                </Button>
              }
            >
              <Button size={scene.phone() ? 'touch' : 'sm'} onClick={() => act('release')}>
                {current()?.live?.owner.kind === 'agent'
                  ? terminalWords.handBack(scene.agent().name)
                  : terminalWords.letGo}
              </Button>
            </Show>
          </Show>
        </footer>
      </Show>
      <Show when={holds() && scene.phone() ? handle() : undefined}>
        {(screen) => (
          <KeyRow
            ctrl={screen().ctrl()}
            alt={screen().alt()}
            onCtrl={() => screen().toggleCtrl()}
            onAlt={() => screen().toggleAlt()}
            onKey={(key) => screen().press(key)}
            onText={(text) => screen().type(text)}
          />
        )}
      </Show>
      <Show when={scene.run().config.harness !== ownHarness && current() === undefined}>
        <p class={styles.notice}>{terminalWords.inside(scene.agent().name)}</p>
      </Show>
      <ConfirmDialog
        open={link() !== undefined}
        onOpenChange={(open) => !open && setLink(undefined)}
        title={terminalWords.link.title}
        description={
          <>
            <p>{terminalWords.link.text}</p>
            <p class={styles.address}>{link()}</p>
          </>
        }
        confirm={terminalWords.link.open}
        onConfirm={() => {
          const address = link()
          if (address !== undefined) window.open(address, '_blank', 'noopener,noreferrer')
          setLink(undefined)
        }}
      />
    </section>
  )
}

function unreachable(): never {
  throw new Error('a terminal is shown that is not known')
}
