import type { RunTerminal } from '#shared/domain/terminal.ts'
import type { TerminalPlace } from '#shared/protocol/terminal.ts'
import { numbers } from './count.ts'

/** Words of a run's terminals. */
export const terminalWords = {
  title: 'Terminal',
  close: 'Close the terminal',
  height: 'Height of the terminal',
  list: 'Terminals of this run',
  newShell: 'New shell',
  newShellShort: 'Shell',
  screen: (title: string) => `${title}, terminal`,
  shellOf: (name: string) => `Shell of ${name}`,
  yourShell: 'Your shell',
  none: 'No terminal is open in this run.',
  noneKept: 'This run has had no terminal.',
  takeOver: 'Take over',
  takeOverFrom: (name: string) => `Take over from ${name}`,
  handBack: (agent: string) => `Hand back to ${agent}`,
  letGo: 'Let go',
  end: 'End it',
  held: {
    you: 'You type here',
    elsewhere: 'You type on another page or device',
    person: (name: string) => `${name} types here`,
    away: (name: string) => `${name} typed here and is away`,
    agent: (name: string) => `${name} types here`,
    nobody: 'Nobody types here',
  },
  ended: {
    exited: (code: number | undefined) =>
      code === undefined ? 'It ended' : `It ended with exit code ${numbers.format(code)}`,
    closed: 'It was ended',
    put_away: 'It ended with the run’s sandbox',
    runner_restarted: 'The runner restarted; this shell ended',
  },
  place: {
    ready: '',
    starting: 'The run’s sandbox is being made ready. Shells can be opened once it is there.',
    away: 'The run’s sandbox is put away. A message to the agent starts it again, and shells with it.',
    no_runner: 'The machine that has this run is not connected.',
    old_runner: 'The runner of this run is too old for terminals. Update Drover there.',
  } satisfies Record<TerminalPlace, string>,
  elsewhere:
    'The machine that has this run is connected to another server process than this page. Reload the page, or ask whoever runs the server to keep both together.',
  offline: 'Offline. What is here is what this device has; nothing can be typed.',
  connecting: 'Not connected. What you type is not sent, and not kept for later.',
  notSent: 'Not connected: what you typed was not sent.',
  signedOut: 'You are signed out. Sign in again to use the terminal.',
  reload: 'This page is older than the server. Reload it to use the terminal.',
  viewer: 'You watch. Members of the team can type.',
  inside: (agent: string) =>
    `${agent} runs its commands inside itself, so they can’t be taken over. A shell of yours works in the same workspace.`,
  leave: 'F6 leaves the terminal',
  part: (units: number) => `The first ${numbers.format(units)} characters are not kept.`,
  partHere: 'Only the end is on this device.',
  refused: {
    conflict: 'Somebody else types there now.',
    expired: 'That terminal has ended.',
    not_found: 'That terminal is gone.',
    not_allowed: 'This turn works with secrets of the person who began it, so its terminals are theirs.',
    stale: 'The network held it up, so it was not typed.',
    other: (why: string) => `It was not done: ${why}.`,
  },
  readerOn: 'Read the screen to screen readers',
  larger: 'Larger text',
  smaller: 'Smaller text',
  paste: 'Paste',
  copy: 'Copy what is selected',
  pasteFailed: 'The browser did not give what was copied.',
  more: 'More of this terminal',
  keys: {
    label: 'Keys that this keyboard may lack',
    Escape: 'Esc',
    Tab: 'Tab',
    ctrl: 'Ctrl',
    alt: 'Alt',
    Up: '↑',
    Down: '↓',
    Left: '←',
    Right: '→',
    names: { Escape: 'Escape', Tab: 'Tab', Up: 'Up', Down: 'Down', Left: 'Left', Right: 'Right' },
    sign: (sign: string) => ({ '|': 'Pipe', '/': 'Slash', '~': 'Tilde', '-': 'Hyphen' })[sign] ?? sign,
  },
  link: {
    title: 'Open this link?',
    text: 'It was printed in the terminal. Open it only if you trust what runs there.',
    open: 'Open',
  },
} as const

/** How a terminal ended. */
export function endWords(end: NonNullable<RunTerminal['end']>): string {
  return end.why === 'exited' ? terminalWords.ended.exited(end.exitCode) : terminalWords.ended[end.why]
}
