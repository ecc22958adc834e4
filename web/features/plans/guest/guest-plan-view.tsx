import { CloudOff, Eye, MessageSquare } from 'lucide'
import { For, Show, createSignal, lazy, onCleanup, onMount, Suspense } from 'solid-js'
import type { BlobHash, PlanId } from '#shared/ids.ts'
import type { GuestPlan } from '#sync/client/guest-plan.ts'
import type { GuestComments } from '../../../state/guest-comments.ts'
import { useTitle } from '../../../state/title.ts'
import { Banner } from '../../../ui/banner.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { Time } from '../../../ui/time.tsx'
import { planShareWords } from '../../../words/plan-share.ts'
import { planStateWords } from '../../../words/plans.ts'
import { titleOf } from '../list/list-model.ts'
import { PlanStateGlyph } from '../list/plan-state-glyph.tsx'
import { GuestCommentsPanel, SelectionBar } from './guest-comments.tsx'
import { useGuestDraft } from './guest-draft.ts'
import { placeOfQuote, quoteOfHeading, quoteOfSelection, type Quote } from './quote.ts'
import type { ReadSection } from './reader.tsx'
import styles from './guest-plan.module.css'

const words = planShareWords.page

/** What reads Markdown comes by itself: nobody else needs it before they write in a plan. */
const Reader = lazy(async () => ({ default: (await import('./reader.tsx')).Reader }))

export function GuestPlanView(props: {
  readonly planId: PlanId
  readonly pictureAddress: (hash: BlobHash) => string
  readonly plan: GuestPlan
  readonly following: 'live' | 'slow' | 'offline'
  readonly guest: GuestComments
}) {
  // oxlint-disable-next-line solid/reactivity
  const draft = useGuestDraft(props.planId)
  const [sections, setSections] = createSignal<readonly ReadSection[]>([])
  const [selected, setSelected] = createSignal<Quote>()
  const mayWrite = () => props.plan.access === 'comment'
  const title = () => titleOf(props.plan)
  useTitle(title)
  let text!: HTMLElement

  onMount(() => {
    const look = (): void => {
      setSelected(mayWrite() ? quoteOfSelection(text, document.getSelection()) : undefined)
    }
    document.addEventListener('selectionchange', look)
    onCleanup(() => document.removeEventListener('selectionchange', look))
  })

  const comment = (about: Quote | undefined): void => {
    if (about === undefined) return
    draft.begin({ about })
    document.getSelection()?.removeAllRanges()
    setSelected(undefined)
  }
  const go = (quote: string): void => {
    const place = placeOfQuote(text, quote)
    place?.scrollIntoView({ block: 'center' })
    if (place !== undefined) document.getSelection()?.selectAllChildren(place)
  }
  const goToSection = (index: number): void => {
    const heading = document.getElementById(`section-${index}`)
    heading?.scrollIntoView({ block: 'start' })
    heading?.focus({ preventScroll: true })
  }
  return (
    <>
      <Banner icon={mayWrite() ? MessageSquare : Eye}>
        <b>{mayWrite() ? words.comments : words.readOnly}</b> · {words.by(props.plan.sharedBy)}
        <Show when={props.following === 'slow'}> · {words.slow}</Show>
      </Banner>
      <Show when={props.following === 'offline'}>
        <Banner icon={CloudOff}>{words.offline}</Banner>
      </Show>
      <div class={styles.scroller}>
        <div class={styles.layout}>
          <article ref={text} aria-label={words.text}>
            <p class={styles.head}>
              <span class={styles.planState}>
                <PlanStateGlyph state={props.plan.state} decorative /> {planStateWords[props.plan.state]}
              </span>
              <Time at={props.plan.updatedAt} form="when" />
              <Show when={props.plan.expiresAt}>
                {(at) => (
                  <span>
                    {planShareWords.expiresAt} <Time at={at()} form="when" />
                  </span>
                )}
              </Show>
            </p>
            <Show when={sections().length > 2}>
              <details class={styles.outline}>
                <summary>{words.outline}</summary>
                <nav aria-label={words.outline}>
                  <ul>
                    <For each={sections()}>
                      {(section) => (
                        <li>
                          <button
                            type="button"
                            data-level={Math.min(section.level, 3)}
                            onClick={() => goToSection(section.index)}
                          >
                            {section.text}
                          </button>
                        </li>
                      )}
                    </For>
                  </ul>
                </nav>
              </details>
            </Show>
            <Suspense fallback={<SkeletonRows waitsFor={words.loading} rows={6} />}>
              <Reader
                markdown={props.plan.markdown}
                pictureAddress={props.pictureAddress}
                onSections={setSections}
                onHeading={mayWrite() ? (heading) => comment(quoteOfHeading(text, heading)) : undefined}
              />
            </Suspense>
          </article>
          <GuestCommentsPanel
            comments={props.plan.comments}
            guest={props.guest}
            mayWrite={mayWrite()}
            draft={draft}
            onGo={go}
          />
        </div>
      </div>
      <Show when={selected()}>
        {(quote) => (
          <SelectionBar
            quote={quote()}
            onComment={() => comment(quote())}
            onClose={() => document.getSelection()?.removeAllRanges()}
          />
        )}
      </Show>
    </>
  )
}
