import { render } from 'solid-js/web'
import { afterEach, expect, test } from 'vitest'
import { UsageChart } from './usage-chart.tsx'
import type { Chart } from './usage-model.ts'

const chart: Chart = {
  series: ['gpt-5', 'sonnet'],
  top: 5,
  bars: [
    {
      key: '1',
      usd: 3,
      parts: [
        { series: 0, usd: 1, from: 0 },
        { series: 1, usd: 2, from: 1 },
      ],
    },
    { key: '2', usd: 0, parts: [] },
    { key: '3', usd: 0.0042, parts: [{ series: 0, usd: 0.0042, from: 0 }] },
  ],
}
let dispose: (() => void) | undefined
afterEach(() => {
  dispose?.()
  document.body.replaceChildren()
})

test('a chart tells each bar by keyboard, and all of them as a table', () => {
  const root = document.body.appendChild(document.createElement('div'))
  dispose = render(
    () => (
      <UsageChart chart={chart} label="Cost" nameOf={(key) => key} barName={(key) => `Day ${key}`} isMonths={false} />
    ),
    root,
  )
  const plot = root.querySelector('[role="slider"]')
  const told = () => plot?.getAttribute('aria-valuetext')
  const press = (key: string) => plot?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  expect(told()).toBe('Day 3: $0.0042')
  press('ArrowLeft')
  expect(told()).toBe('Day 2: nothing')
  press('Home')
  expect(told()).toBe('Day 1: $3.00 (sonnet $2.00, gpt-5 $1.00)')
  press('ArrowLeft')
  expect(plot?.getAttribute('aria-valuenow')).toBe('1')
  const cells = [...root.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))
  expect(cells).toEqual([
    ['Day 1', '$1.00', '$2.00', '$3.00'],
    ['Day 3', '$0.0042', '–', '$0.0042'],
  ])
  // Each part has a pattern of its own.
  expect(new Set([...root.querySelectorAll('g rect[fill]')].map((part) => part.getAttribute('fill'))).size).toBe(2)
})
