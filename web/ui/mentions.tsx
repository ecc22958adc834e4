import { Show, createEffect, createSignal, onCleanup } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { createPart } from './part.ts'
import type { MentionAt, MentionFind } from './mention-choice.ts'

const list = createPart(() => import('./mention-list.tsx'))

/** Offers what can be mentioned where somebody types `@` in a text area; the focus stays there. The code for it comes with the first one. */
export function Mentions(props: {
  readonly area: () => HTMLTextAreaElement | undefined
  readonly finder: () => Promise<MentionFind>
}) {
  const [at, setAt] = createSignal<MentionAt>()
  const [find, setFind] = createSignal<MentionFind>()
  const look = (event: Event): void => {
    const area = event.target
    if (!(area instanceof HTMLTextAreaElement)) return
    const now = event.type === 'blur' ? undefined : mentionAt(area.value, area.selectionEnd)
    setAt(now)
    // What can't be fetched is fetched with the next letter.
    if (now !== undefined && find() === undefined)
      void Promise.all([props.finder(), list.want()]).then(
        ([finder]) => setFind(() => finder),
        () => undefined,
      )
  }
  createEffect(() => {
    const area = props.area()
    for (const name of moments) area?.addEventListener(name, look)
    onCleanup(() => {
      for (const name of moments) area?.removeEventListener(name, look)
    })
  })
  return (
    <Show when={at() !== undefined && list.here() !== undefined && find()}>
      {(finder) => <Dynamic component={list.here()?.MentionList} area={props.area()} at={at()} find={finder()} />}
    </Show>
  )
}

const moments = ['input', 'click', 'blur'] as const
/** A mention may be looked for by several words. */
const longest = 60

/** Only where a word may begin: an address of mail is none. */
function mentionAt(text: string, caret: number): MentionAt | undefined {
  const found = /(?:^|[\s(])@([^\s@][^\n@]*)?$/.exec(text.slice(Math.max(0, caret - longest), caret))
  if (found === null) return undefined
  const query = found[1] ?? ''
  return { start: caret - query.length - 1, query }
}
