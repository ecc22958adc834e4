import '@xterm/xterm/css/xterm.css'
import { FitAddon } from '@xterm/addon-fit'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import type { TerminalSize } from '#shared/domain/terminal.ts'
import { namedKeys, type NamedKey } from '#shared/terminal/keys.ts'
import { withOwnStyles } from './own-styles.ts'

/** One xterm.js terminal, with what a hostile program can do to it taken away. */
export type Screen = {
  /** `isOld`: a program's questions in it were answered before. */
  readonly write: (text: string, how: { isOld: boolean; onDrawn: () => void }) => void
  readonly reset: () => void
  /** Draws with this size; `undefined`: as much as fits, which is told. */
  readonly setSize: (size: TerminalSize | undefined) => TerminalSize
  /** What would fit now. */
  readonly fit: () => TerminalSize | undefined
  readonly setTyping: (on: boolean) => void
  readonly setFont: (px: number) => void
  readonly setReader: (on: boolean) => void
  readonly setColours: () => void
  /** A key that has no letter, as the program wants it now. */
  readonly press: (key: NamedKey) => string
  readonly focus: () => void
  readonly paste: (text: string) => void
  readonly selection: () => string
  readonly dispose: () => void
}

export type ScreenDeps = {
  readonly host: HTMLElement
  readonly label: string
  readonly font: number
  readonly reader: boolean
  readonly onKeys: (keys: string) => void
  readonly onLink: (address: string) => void
  /** The key that leaves it; `true`: it is that. */
  readonly isLeaveKey: (event: KeyboardEvent) => boolean
}

const scrollback = 5_000

export function createScreen(deps: ScreenDeps): Screen {
  const terminal = new Terminal({
    fontSize: deps.font,
    fontFamily: styleOf('--font-mono'),
    scrollback,
    cursorBlink: false,
    screenReaderMode: deps.reader,
    disableStdin: true,
    theme: colours(),
    minimumContrastRatio: 4.5,
    macOptionIsMeta: true,
    // Of OSC 8: where it leads is what is asked about, not what it says.
    linkHandler: { activate: (_event, address) => openLink(address), allowNonHttpProtocols: false },
  })
  const fitting = new FitAddon()
  terminal.loadAddon(fitting)
  terminal.loadAddon(new WebLinksAddon((_event, address) => openLink(address)))
  // Titles, icons, colours of the page, the clipboard and whatever else a program may want of its terminal's owner (OSC): not from here.
  for (const code of [0, 1, 2, 4, 10, 11, 12, 50, 52, 104, 110, 111, 112, 777, 1337])
    terminal.parser.registerOscHandler(code, () => true)
  // Resizing and moving the window, and what it answers of itself (XTWINOPS).
  terminal.parser.registerCsiHandler({ final: 't' }, () => true)
  withOwnStyles(() => terminal.open(deps.host))
  terminal.textarea?.setAttribute('aria-label', deps.label)
  // Below 16 px a phone zooms in on what is typed into.
  terminal.textarea?.style.setProperty('font-size', '16px')
  terminal.attachCustomKeyEventHandler((event) => !deps.isLeaveKey(event))

  function openLink(address: string): void {
    const url = URL.parse(address)
    if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) deps.onLink(url.href)
  }

  let isTyping = false
  let replaying = 0
  // Answers to what a program asks its terminal come this way too: they go out from the one who types alone.
  terminal.onData((keys) => isTyping && replaying === 0 && deps.onKeys(keys))

  return {
    write(text, { isOld, onDrawn }) {
      if (isOld) replaying++
      terminal.write(text, () => {
        if (isOld) replaying--
        onDrawn()
      })
    },
    reset: () => terminal.reset(),
    setSize(size) {
      const next = size ?? fitting.proposeDimensions() ?? { cols: 80, rows: 24 }
      const fits = { cols: Math.min(500, Math.max(2, next.cols)), rows: Math.min(300, Math.max(1, next.rows)) }
      if (fits.cols !== terminal.cols || fits.rows !== terminal.rows) terminal.resize(fits.cols, fits.rows)
      return fits
    },
    fit() {
      const size = fitting.proposeDimensions()
      if (size === undefined || Number.isNaN(size.cols) || Number.isNaN(size.rows)) return undefined
      return { cols: Math.min(500, Math.max(2, size.cols)), rows: Math.min(300, Math.max(1, size.rows)) }
    },
    setTyping(on) {
      isTyping = on
      terminal.options.disableStdin = !on
      terminal.options.cursorBlink = false
      terminal.options.cursorInactiveStyle = on ? 'outline' : 'none'
    },
    setFont: (px) => (terminal.options.fontSize = px),
    setReader: (on) => (terminal.options.screenReaderMode = on),
    setColours: () => (terminal.options.theme = colours()),
    press(key) {
      const keys = namedKeys[key]
      // Programs that draw the whole screen want arrows in another form (DECCKM).
      return terminal.modes.applicationCursorKeysMode && /^\u001b\[[A-DFH]$/.test(keys)
        ? `\u001bO${keys.slice(2)}`
        : keys
    },
    focus: () => terminal.focus(),
    paste: (text) => terminal.paste(text),
    selection: () => terminal.getSelection(),
    dispose: () => terminal.dispose(),
  }
}

function styleOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** A colour of our tokens as the browser works it out, in the form that xterm.js reads. */
function colour(name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const worked = getComputedStyle(probe).color
  probe.remove()
  const canvas = document.createElement('canvas')
  canvas.width = 1
  canvas.height = 1
  const drawing = canvas.getContext('2d', { willReadFrequently: true })
  if (drawing === null) return '#888888'
  drawing.fillStyle = worked
  drawing.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0] = drawing.getImageData(0, 0, 1, 1).data
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

function colours(): Record<string, string> {
  const [ink, dim, ground] = [colour('--ink'), colour('--ink-3'), colour('--sunken')]
  const isDark = parseInt(ground.slice(1, 3), 16) < 128
  const ansi = isDark
    ? { red: '#f08a83', green: '#7fcb8f', yellow: '#d9b45a', blue: '#7fb0f5', magenta: '#cf9bea', cyan: '#6cc8cf' }
    : { red: '#b3261e', green: '#1c7a38', yellow: '#8a5a00', blue: '#1f5fc4', magenta: '#8438a8', cyan: '#0b7480' }
  const bright = Object.fromEntries(
    Object.entries(ansi).map(([name, value]) => [`bright${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`, value]),
  )
  return {
    background: ground,
    foreground: ink,
    cursor: ink,
    cursorAccent: ground,
    selectionBackground: isDark ? '#3a4a66' : '#c5d7f5',
    black: isDark ? '#3a3d44' : '#2a2d33',
    white: isDark ? '#d5d8de' : '#5c6069',
    brightBlack: dim,
    brightWhite: ink,
    ...ansi,
    ...bright,
  }
}
