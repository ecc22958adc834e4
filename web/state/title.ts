import { createEffect, createSignal, onCleanup, type Accessor } from 'solid-js'
import { createStrictContext } from './context.ts'

/** The page's own part of the document's title. The shell adds the count of what waits, and the name. */
export type Titles = {
  readonly page: Accessor<string | undefined>
  readonly set: (title: string | undefined) => void
  /** What waits for this person's attention: in the title, the icon and the badge. */
  readonly attention: Accessor<number>
  readonly setAttention: (count: number) => void
}

export const [TitlesContext, useTitles] = createStrictContext<Titles>('Titles')

export function createTitles(): Titles {
  const [page, set] = createSignal<string | undefined>()
  const [attention, setAttention] = createSignal(0)
  return { page, set, attention, setAttention }
}

/** Names the page while the caller is mounted: `useTitle(() => run()?.title)`. */
export function useTitle(title: () => string | undefined): void {
  const titles = useTitles()
  createEffect(() => titles.set(title()))
  onCleanup(() => titles.set(undefined))
}
