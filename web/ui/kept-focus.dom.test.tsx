import { createSignal, For, Show, type JSX } from 'solid-js'
import { render } from 'solid-js/web'
import { afterEach, expect, test } from 'vitest'
import { useKeptFocus } from './kept-focus.ts'

let close: (() => void) | undefined
afterEach(() => {
  close?.()
  close = undefined
  document.body.replaceChildren()
})

const [shown, setShown] = createSignal(true)
const [order, setOrder] = createSignal(['one', 'two', 'three'])

function open(): { readonly lost: () => number } {
  setShown(true)
  setOrder(['one', 'two', 'three'])
  let lost = 0
  function Region(): JSX.Element {
    let root!: HTMLDivElement
    useKeptFocus(
      () => root,
      () => {
        lost++
        root.focus()
      },
    )
    return (
      <div ref={root} tabindex="-1" id="region">
        <Show when={shown()}>
          <p>
            <button id="gone">Answer</button>
          </p>
        </Show>
        <For each={order()}>{(name) => <button id={name}>{name}</button>}</For>
      </div>
    )
  }
  const root = document.body.appendChild(document.createElement('div'))
  close = render(() => <Region />, root)
  return { lost: () => lost }
}

const focus = (id: string): void => document.getElementById(id)?.focus()
const observed = (): Promise<void> => Promise.resolve().then(() => undefined)

test('a button that its press takes away hands the focus on', async () => {
  const region = open()
  focus('gone')
  setShown(false)
  await observed()
  expect(document.activeElement?.id).toBe('region')
  expect(region.lost()).toBe(1)
})

test('what moves keeps the focus', async () => {
  const region = open()
  focus('one')
  setOrder(['two', 'three', 'one'])
  // Browsers take the focus from what is put elsewhere.
  if (document.activeElement?.id === 'one') document.getElementById('one')?.blur()
  await observed()
  expect(document.activeElement?.id).toBe('one')
  expect(region.lost()).toBe(0)
})

test('what moves and can’t be pressed any more hands the focus on', async () => {
  const region = open()
  focus('one')
  setOrder(['two', 'three', 'one'])
  const moved = document.getElementById('one')
  moved?.blur()
  moved?.setAttribute('disabled', '')
  await observed()
  expect(document.activeElement?.id).toBe('region')
  expect(region.lost()).toBe(1)
})

test('focus that a person moved elsewhere is left there', async () => {
  open()
  const outside = document.body.appendChild(document.createElement('button'))
  focus('gone')
  outside.focus()
  setShown(false)
  await observed()
  expect(document.activeElement).toBe(outside)
})

test('a press beside everything is no loss, whatever is removed later', async () => {
  const region = open()
  focus('one')
  document.getElementById('one')?.blur()
  setShown(false)
  await observed()
  expect(document.activeElement).toBe(document.body)
  expect(region.lost()).toBe(0)
})
