import { createEffect, createSignal, on, onCleanup, untrack, type Accessor } from 'solid-js'

/** After the last key. A step through the router for each would cost more than the search itself. */
const restMs = 250

/** A text that stands at once, while the address, which another step may also change, follows when the typing rests. */
export function createTyped(
  inAddress: Accessor<string>,
  settle: (text: string) => void,
): { readonly text: Accessor<string>; readonly set: (text: string) => void } {
  const [text, setText] = createSignal(untrack(inAddress))
  let timer: ReturnType<typeof setTimeout> | undefined
  createEffect(
    on(
      inAddress,
      (now) => {
        if (timer === undefined) setText(now)
      },
      { defer: true },
    ),
  )
  onCleanup(() => clearTimeout(timer))
  return {
    text,
    set(next) {
      setText(next)
      clearTimeout(timer)
      timer = setTimeout(() => {
        timer = undefined
        settle(next)
      }, restMs)
    },
  }
}
