import { onCleanup } from 'solid-js'

/** For a page whose address opens what it shows: no page that it leads to is told of it. Needs an owner. */
export function tellNobody(): void {
  const meta = document.createElement('meta')
  meta.name = 'referrer'
  meta.content = 'no-referrer'
  document.head.append(meta)
  onCleanup(() => meta.remove())
}

/** When the network, or the person, is back, nobody waits for the next try. */
export function onceBack(act: () => void): () => void {
  const seen = (): void => {
    if (document.visibilityState === 'visible') act()
  }
  window.addEventListener('online', act)
  document.addEventListener('visibilitychange', seen)
  return () => {
    window.removeEventListener('online', act)
    document.removeEventListener('visibilitychange', seen)
  }
}
