import { createEffect, createSignal, onCleanup, type Accessor } from 'solid-js'
import { createStrictContext } from './context.ts'

/** The page's own part of the document's title. The shell adds the count of what waits, and the name. */
export type Titles = {
  readonly page: Accessor<string | undefined>
  readonly set: (title: string | undefined) => void
  /** Runs that wait for a person: in the title, the icon and the badge. */
  readonly needs: Accessor<number>
  readonly setNeeds: (needs: number) => void
}

export const [TitlesContext, useTitles] = createStrictContext<Titles>('Titles')

export function createTitles(): Titles {
  const [page, set] = createSignal<string | undefined>()
  const [needs, setNeeds] = createSignal(0)
  return { page, set, needs, setNeeds }
}

/** Names the page while the caller is mounted: `useTitle(() => run()?.title)`. */
export function useTitle(title: () => string | undefined): void {
  const titles = useTitles()
  createEffect(() => titles.set(title()))
  onCleanup(() => titles.set(undefined))
}
