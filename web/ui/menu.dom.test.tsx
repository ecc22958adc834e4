import { Ellipsis } from 'lucide'
import { render } from 'solid-js/web'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Menu, MenuItem } from './menu.tsx'

/** The code of menus, on its way over a slow network. */
const slow = vi.hoisted(() => {
  let arrive: () => void = () => undefined
  const arrived = new Promise<void>((resolve) => (arrive = resolve))
  return { arrived, arrive: () => arrive() }
})
vi.mock('./menu-part.tsx', async (original) => {
  await slow.arrived
  return original()
})

let dispose: (() => void) | undefined
const chosen = vi.fn<(what: string) => void>()
const button = (): HTMLElement => {
  const found = document.querySelector<HTMLElement>('button[aria-label="More"]')
  if (found === null) throw new Error('no button')
  return found
}
const items = () => [...document.querySelectorAll('[role="menuitem"]')].map((one) => one.textContent)
const press = (key: string) => {
  for (const type of ['keydown', 'keyup'])
    document.activeElement?.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, cancelable: true }))
}

beforeEach(() => {
  dispose = render(
    () => (
      <Menu icon={Ellipsis} label="More">
        <MenuItem onSelect={() => chosen('rename')}>Rename</MenuItem>
        <MenuItem onSelect={() => chosen('archive')}>Archive</MenuItem>
      </Menu>
    ),
    document.body,
  )
})
afterEach(() => {
  dispose?.()
  chosen.mockClear()
  document.body.replaceChildren()
})

test('pressed before its code is there, a menu says what it is, and opens when it comes', async () => {
  expect(button().getAttribute('aria-haspopup')).toBe('true')
  expect(button().getAttribute('aria-expanded')).toBe('false')
  const pressed = new PointerEvent('pointerdown', { pointerType: 'touch', bubbles: true })
  button().dispatchEvent(pressed)
  button().click()
  expect(items()).toEqual([])
  slow.arrive()
  await vi.waitFor(() => expect(items()).toEqual(['Rename', 'Archive']))
  expect(button().getAttribute('aria-expanded')).toBe('true')
  await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Rename'))
  press('ArrowDown')
  await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Archive'))
  press('Enter')
  await vi.waitFor(() => expect(chosen.mock.calls).toEqual([['archive']]))
  await vi.waitFor(() => expect(document.activeElement).toBe(button()))
})

test('a press that begins with neither pointer nor key opens it too, and Escape gives the focus back', async () => {
  button().click()
  await vi.waitFor(() => expect(items()).toEqual(['Rename', 'Archive']))
  press('Escape')
  await vi.waitFor(() => expect(items()).toEqual([]))
  await vi.waitFor(() => expect(document.activeElement).toBe(button()))
  expect(chosen).not.toHaveBeenCalled()
})

test('of one that nobody points at, nothing but its button is made', () => {
  expect(button().hasAttribute('id')).toBe(false)
  button().dispatchEvent(new PointerEvent('pointerenter'))
  expect(button().hasAttribute('id')).toBe(true)
})
