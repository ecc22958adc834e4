import { createSignal, onCleanup, type Accessor } from 'solid-js'
import { createStrictContext } from './context.ts'

/** What a key does: `n`, `/`, `?`, or two in a row: `g r`. Returns `false` to leave the key to others. */
export type KeyHandler = () => boolean | void

export type Keyboard = {
  /** Binds keys while the caller is mounted. A later binding of the same key comes first. */
  readonly bind: (bindings: Readonly<Record<string, KeyHandler>>) => () => void
  /** Single letters can be turned off (WCAG 2.1.4); Escape, arrows and Enter are not letters. */
  readonly lettersOn: Accessor<boolean>
  readonly setLettersOn: (on: boolean) => void
}

export const [KeyboardContext, useKeyboard] = createStrictContext<Keyboard>('Keyboard')

const chordMs = 1000
const storageKey = 'drover/keys-off'

/** Listens on the document. Needs an owner. */
export function createKeyboard(deps: {
  readonly now: () => number
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>
}): Keyboard {
  const stack: Readonly<Record<string, KeyHandler>>[] = []
  const [lettersOn, setLetters] = createSignal(read(deps.storage) !== '1')
  let first: { readonly key: string; readonly at: number } | undefined

  const run = (name: string): boolean => {
    for (let index = stack.length - 1; index >= 0; index--) {
      const handler = stack[index]?.[name]
      if (handler !== undefined && handler() !== false) return true
    }
    return false
  }

  const handleKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (
      isTyping(event.target) ||
      document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null
    )
      return
    if (event.key.length === 1 && !lettersOn()) return
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const chord = first !== undefined && deps.now() - first.at < chordMs ? `${first.key} ${key}` : undefined
    first = undefined
    if ((chord !== undefined && run(chord)) || run(key)) {
      event.preventDefault()
      return
    }
    if (event.key.length === 1) first = { key, at: deps.now() }
  }

  document.addEventListener('keydown', handleKey)
  onCleanup(() => document.removeEventListener('keydown', handleKey))
  return {
    bind(bindings) {
      stack.push(bindings)
      return () => {
        const index = stack.indexOf(bindings)
        if (index >= 0) stack.splice(index, 1)
      }
    },
    lettersOn,
    setLettersOn(on) {
      setLetters(on)
      try {
        deps.storage.setItem(storageKey, on ? '0' : '1')
      } catch {
        // A browser that keeps nothing: the choice holds for this page.
      }
    },
  }
}

/** Binds keys while the caller is mounted. */
export function useKeys(bindings: Readonly<Record<string, KeyHandler>>): void {
  onCleanup(useKeyboard().bind(bindings))
}

/** Whether keys are text where they go to. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}

function read(storage: Pick<Storage, 'getItem'>): string | null {
  try {
    return storage.getItem(storageKey)
  } catch {
    return null
  }
}
