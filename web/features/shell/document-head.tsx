import { createEffect, createMemo } from 'solid-js'
import { shellWords } from '../../words/shell.ts'

/** Title, icon and badge of the window: each shows that somebody is awaited. */
export function DocumentHead(props: { readonly title: string | undefined; readonly needs: number }) {
  const awaited = createMemo(() => props.needs > 0)
  createEffect(() => {
    const name = props.title === undefined ? shellWords.app : `${props.title} · ${shellWords.app}`
    document.title = awaited() ? `(${props.needs}) ${name}` : name
  })
  createEffect(() => {
    const icon = document.querySelector('link[rel="icon"]')
    const wanted = awaited() ? '/icon-awaited.svg' : '/icon.svg'
    // Browsers load it anew even where nothing changes.
    if (icon?.getAttribute('href') !== wanted) icon?.setAttribute('href', wanted)
  })
  createEffect(() => {
    const badge = awaited() ? navigator.setAppBadge?.(props.needs) : navigator.clearAppBadge?.()
    badge?.catch(() => undefined)
  })
  return null
}
