import { createSignal } from 'solid-js'
import { render } from 'solid-js/web'
import { afterEach, expect, test } from 'vitest'
import { RailTasks } from './rail.tsx'

let close: (() => void) | undefined
afterEach(() => close?.())

test('once the run has ended, none of its tasks works or waits any more', () => {
  const root = document.body.appendChild(document.createElement('div'))
  const [ended, setEnded] = createSignal(false)
  const unmount = render(
    () => (
      <RailTasks
        ended={ended()}
        tasks={[
          { text: 'Build', status: 'completed' },
          { text: 'Test', status: 'in_progress' },
          { text: 'Ask', status: 'waiting' },
        ]}
      />
    ),
    root,
  )
  close = () => {
    unmount()
    root.remove()
  }
  const states = () => [...root.querySelectorAll('li svg')].map((glyph) => glyph.getAttribute('data-state'))
  expect(states()).toEqual(['done', 'working', 'needs'])
  expect(root.querySelectorAll('[aria-current=step]')).toHaveLength(2)
  setEnded(true)
  expect(states()).toEqual(['done', 'cancelled', 'cancelled'])
  expect(root.querySelector('[aria-current]')).toBeNull()
})
