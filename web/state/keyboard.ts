import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { BoundKey } from '../words/keys.ts'
import { createStrictContext } from './context.ts'
import { isApple } from './platform.ts'

/** What a key does. Returns `false` to leave the key to others. */
export type KeyHandler = () => boolean | void

export type KeyBindings = Readonly<Partial<Record<BoundKey, KeyHandler>>>

export type Keyboard = {
  /** Binds keys while the caller is mounted. A later binding of the same key comes first. */
  readonly bind: (bindings: KeyBindings) => () => void
  /** Names of the keys that are bound now. */
  readonly bound: () => ReadonlySet<string>
  /** Single letters can be turned off (WCAG 2.1.4); Escape, arrows, Enter and what is pressed with Ctrl are not letters. */
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
  const stack: KeyBindings[] = []
  const [lettersOn, setLetters] = createSignal(read(deps.storage) !== '1')
  let first: { readonly key: string; readonly at: number } | undefined

  const run = (name: string): boolean => {
    for (let index = stack.length - 1; index >= 0; index--) {
      const handler = handlerOf(stack[index], name)
      if (handler !== undefined && handler() !== false) return true
    }
    return false
  }

  const handleKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const name = nameOfKey(event)
    if (name === undefined) return
    // Together with Ctrl a letter is no text, so these work in fields and over sheets too.
    if (name.startsWith('Mod+')) {
      first = undefined
      if (run(name)) event.preventDefault()
      return
    }
    if (
      isTyping(event.target) ||
      document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null
    )
      return
    if (name.length === 1 && !lettersOn()) return
    const chord = first !== undefined && deps.now() - first.at < chordMs ? `${first.key} ${name}` : undefined
    first = undefined
    if ((chord !== undefined && run(chord)) || run(name)) {
      event.preventDefault()
      return
    }
    if (name.length === 1) first = { key: name, at: deps.now() }
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
    bound: () => new Set(stack.flatMap((bindings) => Object.keys(bindings))),
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
export function useKeys(bindings: KeyBindings): void {
  onCleanup(useKeyboard().bind(bindings))
}

/** For handlers of an element's own: whether this is that key, and nothing pressed with it. */
export function isKey(event: KeyboardEvent, ...names: readonly BoundKey[]): boolean {
  const name = nameOfKey(event)
  return names.some((wanted) => wanted === name)
}

/** Whether keys are text where they go to. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}

/** As bindings are named; `undefined` with a modifier that no binding has. Ctrl is the other key on Apple's machines: there it edits text. */
function nameOfKey(event: KeyboardEvent): string | undefined {
  const isLetter = event.key.length === 1
  const key = isLetter ? event.key.toLowerCase() : event.key
  const [mod, other] = isApple ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey]
  // Either sends what is written.
  if (event.altKey || (other && key !== 'Enter')) return undefined
  if (mod || other) return event.shiftKey ? undefined : `Mod+${key}`
  // A sign such as `?` needs Shift on some keyboards and not on others.
  return event.shiftKey && !isLetter ? `Shift+${key}` : key
}

function handlerOf(bindings: KeyBindings | undefined, name: string): KeyHandler | undefined {
  return bindings !== undefined && isBoundIn(bindings, name) ? bindings[name] : undefined
}

function isBoundIn(bindings: KeyBindings, name: string): name is BoundKey {
  return Object.hasOwn(bindings, name)
}

function read(storage: Pick<Storage, 'getItem'>): string | null {
  try {
    return storage.getItem(storageKey)
  } catch {
    return null
  }
}
