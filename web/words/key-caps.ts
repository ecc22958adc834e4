import type { BoundKey } from './keys.ts'

const caps: Readonly<Record<string, string>> = {
  Escape: 'Esc',
  Enter: '↵',
  ArrowUp: '↑',
  ArrowDown: '↓',
}

/** What is printed on the keys of a binding, in the order in which they are pressed: `Ctrl`, `K`. */
export function keyCaps(key: BoundKey, apple: boolean): readonly string[] {
  return key
    .split(/[ +]/)
    .map((part) =>
      part === 'Mod' ? (apple ? '⌘' : 'Ctrl') : (caps[part] ?? (part.length === 1 ? part.toUpperCase() : part)),
    )
}

/** As `aria-keyshortcuts` wants it, for keys that are pressed together or alone. */
export function ariaKeys(key: BoundKey, apple: boolean): string | undefined {
  if (key.includes(' ')) return undefined
  return key
    .replace('Mod', apple ? 'Meta' : 'Control')
    .replace(/(^|\+)([a-z])$/, (_all, plus: string, letter: string) => plus + letter.toUpperCase())
}
