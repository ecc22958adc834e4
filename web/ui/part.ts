import { createSignal, type Accessor } from 'solid-js'

/**
 * Code that the first page does without. `want` fetches it, once; what could not be fetched is fetched anew the next time. Unlike Solid's
 * `lazy` it suspends nothing: the page around stays as it is while it comes.
 */
export type Part<T> = {
  readonly here: Accessor<T | undefined>
  readonly want: () => Promise<T>
}

export function createPart<T extends object>(load: () => Promise<T>): Part<T> {
  const [here, setHere] = createSignal<T>()
  let coming: Promise<T> | undefined
  const fetchIt = async (): Promise<T> => {
    try {
      const loaded = await load()
      setHere(() => loaded)
      return loaded
    } finally {
      coming = undefined
    }
  }
  return {
    here,
    want() {
      const loaded = here()
      return loaded === undefined ? (coming ??= fetchIt()) : Promise.resolve(loaded)
    },
  }
}
