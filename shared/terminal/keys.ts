/** Keys that have no letter, by the names that people and agents know them by, as a terminal of the kind xterm sends them. */
export const namedKeys = {
  Enter: '\r',
  Tab: '\t',
  Escape: '\u001b',
  Backspace: '\u007f',
  Delete: '\u001b[3~',
  Up: '\u001b[A',
  Down: '\u001b[B',
  Right: '\u001b[C',
  Left: '\u001b[D',
  Home: '\u001b[H',
  End: '\u001b[F',
  PageUp: '\u001b[5~',
  PageDown: '\u001b[6~',
} as const
export type NamedKey = keyof typeof namedKeys

const bySequence = new Map<string, string>(Object.entries(namedKeys).map(([name, sequence]) => [sequence, name]))

/** `c` with Ctrl: what a terminal sends for it (ECMA-48 control codes); `undefined` where there is none. */
export function withCtrl(letter: string): string | undefined {
  const code = letter.toUpperCase().charCodeAt(0)
  if (letter.length !== 1) return undefined
  if (code >= 0x40 && code <= 0x5f) return String.fromCharCode(code - 0x40)
  return letter === '?' ? '\u007f' : letter === ' ' ? '\0' : undefined
}

/** With Alt a terminal sends an escape before the key. */
export function withAlt(keys: string): string {
  return `\u001b${keys}`
}

/**
 * Exactly what is typed, for eyes: letters as they are, each key without one in `‹›`. Nothing of it can act on what shows it, and `‹`
 * itself is shown as a key, so no text can look like one.
 */
export function shownKeys(keys: string): string {
  let shown = ''
  for (let at = 0; at < keys.length;) {
    const sequence = [4, 3, 1].map((length) => keys.slice(at, at + length)).find((part) => bySequence.has(part))
    if (sequence !== undefined) {
      shown += `‹${bySequence.get(sequence) ?? ''}›`
      at += sequence.length
      continue
    }
    const letter = String.fromCodePoint(keys.codePointAt(at) ?? 0)
    shown += shownLetter(letter)
    at += letter.length
  }
  return shown
}

function shownLetter(letter: string): string {
  const code = letter.codePointAt(0) ?? 0
  if (letter === '\n') return '‹Ctrl+J›'
  if (code < 0x20) return `‹Ctrl+${String.fromCharCode(code + 0x40)}›`
  // What can't be seen, or changes the order of what is seen.
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}‹›]/u.test(letter))
    return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`
  return letter
}
