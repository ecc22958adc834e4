import { createEffect, createSignal, on, onCleanup, onMount, untrack } from 'solid-js'
import type { NamedKey } from '#shared/terminal/keys.ts'
import { withAlt, withCtrl } from '#shared/terminal/keys.ts'
import { isKey } from '../../../state/keyboard.ts'
import { useMedia } from '../../../state/frame.ts'
import { useScene } from '../scene.ts'
import { nextSticky, type Sticky } from './key-row.tsx'
import { createScreen, type Screen } from './screen.ts'
import type { KnownTerminal, Terminals } from './use-terminals.ts'
import styles from './terminal-panel.module.css'

/** What the panel around a screen does with it. */
export type ScreenHandle = {
  readonly focus: () => void
  readonly paste: (text: string) => void
  readonly selection: () => string
  readonly take: () => void
  readonly press: (key: NamedKey) => void
  readonly type: (text: string) => void
  readonly ctrl: () => Sticky
  readonly alt: () => Sticky
  readonly toggleCtrl: () => void
  readonly toggleAlt: () => void
  /** Only its end could be had. */
  readonly isPart: () => 'here' | number | undefined
}

const resizeMs = 150

/** One terminal's screen: live where it lives, else what was kept of it. Mounted anew for each. */
export function TerminalScreen(props: {
  readonly terminals: Terminals
  readonly one: KnownTerminal
  readonly title: string
  readonly holds: boolean
  readonly font: number
  readonly reader: boolean
  readonly onLeave: () => void
  readonly onLink: (address: string) => void
  readonly onNotSent: () => void
  readonly handle: (handle: ScreenHandle | undefined) => void
}) {
  const scene = useScene()
  const dark = useMedia('(prefers-color-scheme: dark)')
  // One screen for one terminal: the panel mounts anew.
  // oxlint-disable-next-line solid/reactivity
  const { link } = props.terminals
  // oxlint-disable-next-line solid/reactivity
  const id = props.one.id
  const [ctrl, setCtrl] = createSignal<Sticky>('off')
  const [alt, setAlt] = createSignal<Sticky>('off')
  const [part, setPart] = createSignal<'here' | number>()
  let host!: HTMLDivElement
  let screen: Screen | undefined
  let resizing: ReturnType<typeof setTimeout> | undefined

  function type(keys: string): void {
    let wanted = keys
    if (ctrl() !== 'off' && keys.length === 1) wanted = withCtrl(keys) ?? keys
    if (alt() !== 'off') wanted = withAlt(wanted)
    if (ctrl() === 'once') setCtrl('off')
    if (alt() === 'once') setAlt('off')
    if (props.holds && !link.type(id, wanted)) props.onNotSent()
  }

  function settle(): void {
    if (screen === undefined) return
    if (props.holds) {
      const size = screen.setSize(undefined)
      const known = props.one.live?.size
      if (known !== undefined && (known.cols !== size.cols || known.rows !== size.rows))
        link.ask({ type: 'resize', terminalId: id, size })
    } else screen.setSize(props.one.live?.size ?? props.one.row?.size)
  }

  onMount(() => {
    const made = createScreen({
      host,
      label: props.title,
      font: props.font,
      reader: props.reader,
      onKeys: type,
      onLink: (address) => props.onLink(address),
      isLeaveKey(event) {
        if (!isKey(event, 'F6')) return false
        if (event.type === 'keydown') props.onLeave()
        event.preventDefault()
        return true
      },
    })
    screen = made
    const watching = new ResizeObserver(() => {
      clearTimeout(resizing)
      resizing = setTimeout(settle, resizeMs)
    })
    watching.observe(host)
    onCleanup(() => {
      watching.disconnect()
      clearTimeout(resizing)
      props.handle(undefined)
      made.dispose()
    })
    createEffect(on(() => [props.holds, props.one.live?.size.cols, props.one.live?.size.rows], settle))
    createEffect(() => made.setTyping(props.holds && props.terminals.isOpen()))
    createEffect(
      on(
        () => props.font,
        (font) => {
          made.setFont(font)
          settle()
        },
        { defer: true },
      ),
    )
    createEffect(() => made.setReader(props.reader))
    createEffect(on(dark, () => made.setColours(), { defer: true }))
    props.handle({
      focus: () => made.focus(),
      paste: (text) => made.paste(text),
      selection: () => made.selection(),
      take: () => {
        const size = made.fit() ?? { cols: 80, rows: 24 }
        if (!link.ask({ type: 'take', terminalId: id, size })) props.onNotSent()
        made.focus()
      },
      press: (key) => type(made.press(key)),
      type,
      ctrl,
      alt,
      toggleCtrl: () => setCtrl(nextSticky[ctrl()]),
      toggleAlt: () => setAlt(nextSticky[alt()]),
      isPart: part,
    })
    const isLive = untrack(() => props.one.live !== undefined)
    if (!isLive) void showKept(made)
    // What lives once is watched for as long as this is shown, also after its end.
    let stop: (() => void) | undefined
    createEffect(() => {
      if (stop !== undefined || props.one.live === undefined) return
      stop = link.watch(id, ({ data, reset, end, isOld }) => {
        if (reset) {
          made.reset()
          setPart(end - data.length === 0 ? undefined : end - data.length)
        }
        made.write(data, { isOld, onDrawn: () => link.drawn(id, end) })
      })
    })
    onCleanup(() => stop?.())
  })

  async function showKept(on: Screen): Promise<void> {
    const row = untrack(() => props.one.row)
    if (row === undefined) return
    let text = row.tail
    let from = row.length - row.tail.length
    if (row.log !== undefined && from > 0) {
      const whole = await scene.blobs.text(row.log.blob).catch(() => undefined)
      if (whole !== undefined) {
        text = whole
        from = row.log.from
      } else setPart('here')
    } else if (from > 0) setPart('here')
    if (from > 0 && part() === undefined) setPart(from)
    // It came to life meanwhile, or the page was left.
    if (screen !== on || props.one.live !== undefined) return
    on.write(text, { isOld: true, onDrawn: () => undefined })
  }

  return <div class={styles.screen} ref={host} data-holds={props.holds ? '' : undefined} />
}
