import { createRoot } from 'solid-js'
import { afterEach, describe, expect, test } from 'vitest'
import { createKeyboard, isKey, type Keyboard } from './keyboard.ts'

let dispose: (() => void) | undefined
afterEach(() => {
  dispose?.()
  document.body.replaceChildren()
})

function open(): Keyboard {
  return createRoot((end) => {
    dispose = end
    return createKeyboard({ now: () => 0, storage: { getItem: () => null, setItem: () => undefined } })
  })
}
const press = (key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body): boolean =>
  !target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
const field = (): HTMLElement => document.body.appendChild(document.createElement('textarea'))

describe('keys pressed with Ctrl', () => {
  test('work while one types, over a dialog, and with single letters off', () => {
    const keyboard = open()
    let pressed = 0
    keyboard.bind({ 'Mod+k': () => void pressed++ })
    keyboard.setLettersOn(false)
    const dialog = document.body.appendChild(document.createElement('div'))
    dialog.setAttribute('role', 'dialog')
    expect(press('k', { ctrlKey: true }, field())).toBe(true)
    expect(pressed).toBe(1)
  })
  test('are the browser’s where nothing took them', () => {
    const keyboard = open()
    keyboard.bind({ 'Mod+k': () => false })
    expect(press('k', { ctrlKey: true })).toBe(false)
    expect(press('j', { ctrlKey: true })).toBe(false)
  })
  test('are others with Alt or Shift', () => {
    const keyboard = open()
    let pressed = 0
    keyboard.bind({ 'Mod+k': () => void pressed++, k: () => void pressed++ })
    press('k', { ctrlKey: true, altKey: true })
    press('K', { ctrlKey: true, shiftKey: true })
    expect(pressed).toBe(0)
  })
})

test('a letter is text in a field, and a key elsewhere, in either case', () => {
  const keyboard = open()
  let pressed = 0
  keyboard.bind({ n: () => void pressed++ })
  press('n', {}, field())
  expect(pressed).toBe(0)
  press('n')
  press('N', { shiftKey: true })
  expect(pressed).toBe(2)
})

test('a key of an element’s own is known with nothing pressed beside it', () => {
  const event = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key, ...more })
  expect(isKey(event('End'), 'End')).toBe(true)
  expect(isKey(event('End', { shiftKey: true }), 'End')).toBe(false)
  expect(isKey(event('Enter', { ctrlKey: true }), 'Enter')).toBe(false)
  expect(isKey(event('Enter', { ctrlKey: true }), 'Mod+Enter')).toBe(true)
  expect(isKey(event('Enter', { metaKey: true }), 'Mod+Enter')).toBe(true)
  expect(isKey(event('?', { shiftKey: true }), '?')).toBe(true)
})
