import { Show, createEffect, createSignal, onCleanup } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { createPart } from './part.ts'
import type { MentionAt, MentionChoice, MentionFind } from './mention-choice.ts'

const list = createPart(() => import('./mention-list.tsx'))

type Finder = (query: string) => readonly MentionChoice[]

/**
 * Offers what can be mentioned where somebody types `@` in a text area, and commands where `/` begins it; the focus stays there. The code for it comes
 * with the first one.
 */
export function Mentions(props: {
  readonly area: () => HTMLTextAreaElement | undefined
  readonly finder: () => Promise<Finder>
  /** Absent: `/` is a letter as any other. */
  readonly slash?: (() => Promise<Finder>) | undefined
}) {
  const [at, setAt] = createSignal<MentionAt>()
  const [find, setFind] = createSignal<{ readonly '@'?: Finder; readonly '/'?: Finder }>({})
  const look = (event: Event): void => {
    const area = event.target
    if (!(area instanceof HTMLTextAreaElement)) return
    const now = event.type === 'blur' ? undefined : mentionAt(area.value, area.selectionEnd, props.slash !== undefined)
    setAt(now)
    if (now === undefined || find()[now.sign] !== undefined) return
    const finder = now.sign === '@' ? props.finder : props.slash
    // What can't be fetched is fetched with the next letter.
    if (finder !== undefined)
      void Promise.all([finder(), list.want()]).then(
        ([made]) => setFind((known) => ({ ...known, [now.sign]: made })),
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
  const ready = () => {
    const sign = at()?.sign
    return sign === undefined ? undefined : find()[sign]
  }
  const choices: MentionFind = (query, sign) => find()[sign]?.(query) ?? []
  return (
    <Show when={list.here() !== undefined && ready() !== undefined}>
      <Dynamic component={list.here()?.MentionList} area={props.area()} at={at()} find={choices} />
    </Show>
  )
}

const moments = ['input', 'click', 'blur'] as const
/** A mention may be looked for by several words. */
const longest = 60
const longestAddress = 1_500

/** Only where a word may begin: an address of mail is none. `/` only where it begins the text. */
function mentionAt(text: string, caret: number, slash: boolean): MentionAt | undefined {
  const command = slash ? /^\s*\/([^\s/][^\n/]*)?$/.exec(text.slice(0, Math.min(caret, longest))) : null
  if (command !== null && caret <= longest) {
    const query = command[1] ?? ''
    return { sign: '/', start: caret - query.length - 1, query }
  }
  const page = /(?:^|[\s(])@(https?:\/\/\S*)$/i.exec(text.slice(Math.max(0, caret - longestAddress), caret))?.[1]
  if (page !== undefined) return { sign: '@', start: caret - page.length - 1, query: page }
  const found = /(?:^|[\s(])@([^\s@][^\n@]*)?$/.exec(text.slice(Math.max(0, caret - longest), caret))
  if (found === null) return undefined
  const query = found[1] ?? ''
  return { sign: '@', start: caret - query.length - 1, query }
}
