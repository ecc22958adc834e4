import { createSignal } from 'solid-js'
import { render } from 'solid-js/web'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TooltipButton } from './tooltip.tsx'

let dispose: (() => void) | undefined
const button = (name: string): HTMLButtonElement => {
  const found = [...document.querySelectorAll('button')].find((one) => one.textContent === name)
  if (found === undefined) throw new Error(`no button ${name}`)
  return found
}
const tooltips = () => [...document.querySelectorAll('[role="tooltip"]')].map((one) => one.textContent)
const point = (type: string, at: EventTarget, pointerType = 'mouse') =>
  at.dispatchEvent(new PointerEvent(type, { pointerType, bubbles: type !== 'pointerenter' && type !== 'pointerleave' }))
const describedBy = (one: Element) => document.getElementById(one.getAttribute('aria-describedby') ?? '')?.textContent

beforeEach(async () => {
  const [expanded, setExpanded] = createSignal(false)
  const root = document.body.appendChild(document.createElement('div'))
  const unmount = render(
    () => (
      <>
        <TooltipButton text="Open the inbox" aria-expanded={expanded()} onClick={() => setExpanded(true)}>
          Bell
        </TooltipButton>
        <TooltipButton text="New run" keys="N">
          Plus
        </TooltipButton>
      </>
    ),
    root,
  )
  dispose = () => {
    unmount()
    root.remove()
  }
  // The first focus fetches what shows it.
  button('Plus').focus()
  await vi.waitUntil(() => tooltips().length > 0)
  vi.useFakeTimers()
  button('Plus').blur()
  vi.advanceTimersByTime(1000)
})

afterEach(() => {
  vi.useRealTimers()
  dispose?.()
  document.body.replaceChildren()
})

test('it comes after a while of hovering, describes its button, and goes with the pointer', () => {
  point('pointerenter', button('Plus'))
  vi.advanceTimersByTime(400)
  expect(tooltips()).toEqual([])
  vi.advanceTimersByTime(200)
  expect(tooltips()).toEqual(['New runN'])
  expect(describedBy(button('Plus'))).toBe('New runN')
  point('pointerleave', button('Plus'))
  expect(tooltips()).toEqual([])
  expect(button('Plus').hasAttribute('aria-describedby')).toBe(false)
})

test('there is one at a time, and the next button’s comes at once', () => {
  button('Bell').focus()
  expect(tooltips()).toEqual(['Open the inbox'])
  point('pointerenter', button('Plus'))
  expect(tooltips()).toEqual(['New runN'])
  point('pointerleave', button('Plus'))
  point('pointerenter', button('Bell'))
  expect(tooltips()).toEqual(['Open the inbox'])
})

test('the focus shows it at once, and Escape takes it away and leaves the focus', () => {
  button('Plus').focus()
  expect(tooltips()).toEqual(['New runN'])
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }))
  expect(tooltips()).toEqual([])
  expect(document.activeElement).toBe(button('Plus'))
})

test('neither a finger nor the focus that comes of a press shows it', () => {
  point('pointerenter', button('Plus'), 'touch')
  vi.advanceTimersByTime(1000)
  expect(tooltips()).toEqual([])
  point('pointerdown', button('Plus'))
  button('Plus').focus()
  point('pointerup', button('Plus'))
  vi.advanceTimersByTime(1000)
  expect(tooltips()).toEqual([])
})

test('a tooltip that was about to show does not cover what its button opened', () => {
  point('pointerenter', button('Bell'))
  vi.advanceTimersByTime(1000)
  expect(tooltips()).toEqual(['Open the inbox'])
  button('Bell').click()
  vi.advanceTimersByTime(1000)
  point('pointerenter', button('Bell'))
  vi.advanceTimersByTime(1000)
  expect(tooltips()).toEqual([])
})
