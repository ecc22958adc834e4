import { createSignal, onCleanup, type Accessor } from 'solid-js'

/** The three frames of DESIGN-LANGUAGE; the same limits stand in the style sheets, in em so that large text counts. */
export type Frame = 'phone' | 'tablet' | 'desktop'

export function useFrame(): Accessor<Frame> {
  const phone = useMedia('(width <= 40em)')
  const desktop = useMedia('(width > 64em)')
  return () => (phone() ? 'phone' : desktop() ? 'desktop' : 'tablet')
}

export function useMedia(query: string): Accessor<boolean> {
  const list = matchMedia(query)
  const [matches, setMatches] = createSignal(list.matches)
  const follow = () => setMatches(list.matches)
  list.addEventListener('change', follow)
  onCleanup(() => list.removeEventListener('change', follow))
  return matches
}
