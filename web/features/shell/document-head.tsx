import { createEffect, createMemo } from 'solid-js'
import { shellWords } from '../../words/shell.ts'

/** Title, icon and badge of the window: each shows that this person is awaited. */
export function DocumentHead(props: { readonly title: string | undefined; readonly attention: number }) {
  const awaited = createMemo(() => props.attention > 0)
  createEffect(() => {
    const name = props.title === undefined ? shellWords.app : `${props.title} · ${shellWords.app}`
    document.title = awaited() ? `(${props.attention}) ${name}` : name
  })
  createEffect(() => {
    const icon = document.querySelector('link[rel="icon"]')
    const wanted = awaited() ? '/icon-awaited.svg' : '/icon.svg'
    // Browsers load it anew even where nothing changes.
    if (icon?.getAttribute('href') !== wanted) icon?.setAttribute('href', wanted)
  })
  createEffect(() => {
    const badge = awaited() ? navigator.setAppBadge?.(props.attention) : navigator.clearAppBadge?.()
    badge?.catch(() => undefined)
  })
  return null
}
