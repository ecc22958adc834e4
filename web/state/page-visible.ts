import { createSignal, onCleanup, type Accessor } from 'solid-js'

/** Whether a person can see this page: its tab is in front and its window not minimised. Needs an owner. */
export function usePageVisible(): Accessor<boolean> {
  const isVisible = () => document.visibilityState === 'visible'
  const [visible, setVisible] = createSignal(isVisible())
  const follow = () => setVisible(isVisible())
  document.addEventListener('visibilitychange', follow)
  onCleanup(() => document.removeEventListener('visibilitychange', follow))
  return visible
}
