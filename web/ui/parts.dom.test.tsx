import axe from 'axe-core'
import { Plus } from 'lucide'
import { createSignal, Show, untrack } from 'solid-js'
import { render } from 'solid-js/web'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { DisplayState } from '#shared/domain/run.ts'
import { ClockContext } from '../state/clock.ts'
import { stateWords } from '../words/states.ts'
import { Button } from './button.tsx'
import { ConfirmDialog, Dialog } from './dialog.tsx'
import { TextInput } from './field.tsx'
import { Menu, MenuItem } from './menu.tsx'
import { RadioCards } from './radio-cards.tsx'
import { Select } from './select.tsx'
import { StatusGlyph } from './status-glyph.tsx'
import { Time } from './time.tsx'

let dispose: (() => void) | undefined

function mount(view: () => ReturnType<typeof Button>): HTMLElement {
  const root = document.body.appendChild(document.createElement('div'))
  const unmount = render(view, root)
  dispose = () => {
    unmount()
    root.remove()
  }
  return root
}

afterEach(() => {
  dispose?.()
  dispose = undefined
  document.body.replaceChildren()
})

const press = (key: string, target: Element | null = document.activeElement) => {
  for (const type of ['keydown', 'keyup'])
    target?.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, cancelable: true }))
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))
const query = (selector: string) => document.querySelector<HTMLElement>(selector)

describe('status glyphs', () => {
  test.each(DisplayState.options)('%s carries its word and a shape of its own', (state) => {
    const root = mount(() => <StatusGlyph state={state} />)
    expect(root.querySelector('svg')?.getAttribute('aria-label')).toBe(stateWords[state])
    expect(root.querySelector('svg')?.childElementCount).toBeGreaterThan(0)
  })
  test('no two states share a shape', () => {
    const shapes = DisplayState.options.map((state) => {
      const root = mount(() => <StatusGlyph state={state} />)
      return root.querySelector('svg')?.innerHTML
    })
    expect(new Set(shapes).size).toBe(DisplayState.options.length)
  })
  test('beside its word it is silent', () => {
    const root = mount(() => <StatusGlyph state="done" decorative />)
    expect(root.querySelector('svg')?.getAttribute('aria-hidden')).toBe('true')
  })
})

test('a time stays true while the clock goes on', () => {
  const start = new Date('2026-11-23T14:00:00Z').getTime()
  const [now, setNow] = createSignal(start + 2000)
  const root = mount(() => (
    <ClockContext.Provider value={now}>
      <Time at={start} />
    </ClockContext.Provider>
  ))
  expect(root.textContent).toBe('2 s ago')
  setNow(start + 9 * 60_000)
  expect(root.textContent).toBe('9 min')
  expect(root.querySelector('time')?.getAttribute('datetime')).toBe('2026-11-23T14:00:00.000Z')
})

test('a field keeps what is too long, says by how much, and holds its form back', () => {
  const [text, setText] = createSignal('')
  const sent = vi.fn<(event: Event) => void>((event) => event.preventDefault())
  mount(() => (
    <form onSubmit={sent}>
      <TextInput label="Name" limit={3} value={text()} onChange={setText} />
      <button type="submit">Send</button>
    </form>
  ))
  const input = document.querySelector('input')
  if (input === null) throw new Error('no field')
  const enter = (value: string): void => {
    input.value = value
    input.dispatchEvent(new InputEvent('input', { bubbles: true }))
    query('button')?.click()
  }
  enter('abcde')
  expect(input.value).toBe('abcde')
  expect(document.body.textContent).toContain('2 characters too long.')
  expect(sent).not.toHaveBeenCalled()
  enter('abc')
  expect(sent).toHaveBeenCalledTimes(1)
})

describe('a dialog', () => {
  test('takes the focus, closes on Escape and gives the focus back', async () => {
    const [open, setOpen] = createSignal(false)
    mount(() => (
      <>
        <Button onClick={() => setOpen(true)}>Open</Button>
        <Dialog open={open()} onOpenChange={setOpen} title="Keys">
          <p>Inside</p>
        </Dialog>
      </>
    ))
    const opener = query('button')
    opener?.focus()
    opener?.click()
    await settled()
    const dialog = query('[role="dialog"]')
    expect(dialog?.contains(document.activeElement)).toBe(true)
    expect(document.getElementById(dialog?.getAttribute('aria-labelledby') ?? '')?.textContent).toBe('Keys')
    press('Escape')
    await settled()
    expect(untrack(open)).toBe(false)
    await vi.waitFor(() => expect(document.activeElement).toBe(opener))
  })

  test('a confirmation does it once, and only when asked to', async () => {
    const done = vi.fn<() => void>()
    const [open, setOpen] = createSignal(true)
    mount(() => (
      <ConfirmDialog open={open()} onOpenChange={setOpen} title="Stop this run?" confirm="Stop" onConfirm={done} />
    ))
    await settled()
    const buttons = [...document.querySelectorAll<HTMLElement>('footer button')]
    buttons.find((button) => button.textContent === 'Stop')?.click()
    expect(done).toHaveBeenCalledTimes(1)
    expect(untrack(open)).toBe(false)
  })
})

test('a menu opens by keyboard, moves by arrows and acts on Enter', async () => {
  const picked = vi.fn<(which: string) => void>()
  mount(() => (
    <Menu icon={Plus} label="More">
      <MenuItem onSelect={() => picked('first')}>First</MenuItem>
      <MenuItem onSelect={() => picked('second')}>Second</MenuItem>
    </Menu>
  ))
  const trigger = query('button[aria-label="More"]')
  trigger?.focus()
  press('ArrowDown')
  await vi.waitFor(() => expect(query('[role="menu"]')?.contains(document.activeElement)).toBe(true))
  await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('First'))
  press('ArrowDown')
  await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Second'))
  press('Enter')
  await vi.waitFor(() => expect(picked.mock.calls).toEqual([['second']]))
})

test('a finger that chose an item makes no click that lands on what the menu lay over', async () => {
  mount(() => (
    <Menu icon={Plus} label="More">
      <MenuItem onSelect={() => undefined}>First</MenuItem>
    </Menu>
  ))
  query('button[aria-label="More"]')?.focus()
  press('ArrowDown')
  await vi.waitFor(() => expect(query('[role="menuitem"]')).not.toBeNull())
  const lifted = new Event('touchend', { bubbles: true, cancelable: true })
  query('[role="menuitem"]')?.dispatchEvent(lifted)
  expect(lifted.defaultPrevented).toBe(true)
})

test('an item of a menu may move the focus on, and it stays there', async () => {
  const left = vi.fn<() => void>()
  const [writing, setWriting] = createSignal(false)
  mount(() => (
    <>
      <Menu icon={Plus} label="More">
        <MenuItem onSelect={() => setWriting(true)}>Rename</MenuItem>
      </Menu>
      <Show when={writing()}>
        <input ref={(element) => queueMicrotask(() => element.focus())} onBlur={left} />
      </Show>
    </>
  ))
  query('button[aria-label="More"]')?.focus()
  press('ArrowDown')
  await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Rename'))
  press('Enter')
  await vi.waitFor(() => expect(document.activeElement?.tagName).toBe('INPUT'))
  await vi.waitFor(() => expect(query('[role="menu"]')).toBeNull())
  await settled()
  expect(document.activeElement?.tagName).toBe('INPUT')
  expect(left).not.toHaveBeenCalled()
})

describe('choices', () => {
  test('made anew with the same values, they tell of no change', async () => {
    const changed = vi.fn<(value: string) => void>()
    const [round, setRound] = createSignal(0)
    const choices = () => ['a', 'b'].map((value) => ({ value, label: `${value} ${round()}` }))
    mount(() => (
      <>
        <Select label="Agent" choices={choices()} value="a" onChange={changed} />
        <RadioCards label="Where" choices={choices()} value="a" onChange={changed} />
      </>
    ))
    await settled()
    const radio = document.querySelectorAll<HTMLInputElement>('input[type="radio"]')[0]
    radio?.focus()
    setRound(1)
    setRound(2)
    await settled()
    expect(changed).not.toHaveBeenCalled()
    expect(document.activeElement).toBe(radio)
    document.querySelectorAll<HTMLInputElement>('input[type="radio"]')[1]?.click()
    expect(changed.mock.calls).toEqual([['b']])
  })
})

test('a choice that is made elsewhere has its own sign', async () => {
  const [value, setValue] = createSignal<'a' | 'b'>('a')
  const choices = [
    { value: 'a' as const, label: 'A' },
    { value: 'b' as const, label: 'B' },
  ]
  mount(() => (
    <Select
      label="State"
      choices={choices}
      value={value()}
      tile={(choice) => <i data-sign={choice.value} />}
      onChange={() => undefined}
    />
  ))
  await settled()
  setValue('b')
  await settled()
  expect(query('button [data-sign]')?.getAttribute('data-sign')).toBe('b')
})

test('a field ties its label, hint and error to the input', async () => {
  const [error, setError] = createSignal<string | undefined>()
  mount(() => (
    <TextInput label="Branch" hint="Without one, the default." value="" onChange={() => undefined} error={error()} />
  ))
  await settled()
  const input = query('input')
  const described = () =>
    (input?.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent)
      .join(' ')
  expect(document.getElementById(input?.getAttribute('aria-labelledby') ?? '')?.textContent).toBe('Branch')
  expect(described()).toContain('Without one')
  setError('A branch has no spaces.')
  await settled()
  expect(input?.getAttribute('aria-invalid')).toBe('true')
  expect(described()).toContain('no spaces')
})

test('axe finds nothing in the parts', async () => {
  const root = mount(() => (
    <main>
      <Button icon={Plus} keys="N">
        New run
      </Button>
      <TextInput label="Title" optional value="" onChange={() => undefined} error="Too long." />
      <Select label="Agent" choices={[{ value: 'a', label: 'A' }]} value="a" onChange={() => undefined} />
      <RadioCards
        label="Where"
        choices={[{ value: 'a', label: 'A', hint: 'Safe.' }]}
        value="a"
        onChange={() => undefined}
      />
      <Menu icon={Plus} label="More">
        <MenuItem onSelect={() => undefined}>One</MenuItem>
      </Menu>
    </main>
  ))
  await settled()
  const results = await axe.run(root, { rules: { 'color-contrast': { enabled: false } } })
  expect(
    results.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' ')}`),
  ).toEqual([])
})
