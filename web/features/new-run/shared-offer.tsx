import { Share2 } from 'lucide'
import { For, Show, createEffect, createSignal, on, onMount, untrack } from 'solid-js'
import type { SharedDraft } from '#shared/domain/shared-draft.ts'
import type { Draft } from '../../state/draft.ts'
import { useShares, type Share } from '../../state/shares.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { showToast } from '../../ui/toast.tsx'
import { newRunWords } from '../../words/new-run.ts'
import type { NewRunForm } from './form.ts'
import styles from './new-run-page.module.css'

const words = newRunWords.shared

/**
 * What another app shared. Into an empty form it goes by itself; a draft that stands there is only changed by its person’s choice.
 * Its words are somebody else’s, and are called so as long as they stand there.
 */
export function SharedOffer(props: {
  readonly draft: Draft<NewRunForm>
  readonly onChange: (change: Partial<NewRunForm>) => void
}) {
  const shares = useShares()
  const [taken, setTaken] = createSignal<SharedDraft>()
  const prompt = () => props.draft.value().prompt
  const first = () => shares.waiting()[0]
  /** Only once it is kept as a draft is it let go of here. */
  const take = async (share: Share, text: string): Promise<void> => {
    setTaken(share)
    if (text !== prompt()) props.onChange({ prompt: text })
    await props.draft.kept()
    await shares.done(share.id)
  }

  onMount(() => void shares.reload())
  createEffect(
    on([() => props.draft.loaded(), first], ([loaded, share]) => {
      if (!loaded || share === undefined) return
      const now = untrack(prompt)
      if (share.text === '' || now.trim() === '') void take(share, share.text === '' ? now : share.text)
    }),
  )
  const offered = () => (prompt().trim() === '' ? undefined : first())
  const replace = (share: Share): void => {
    const before = prompt()
    void take(share, share.text)
    showToast({
      text: words.replaced,
      action: { label: newRunWords.undo, onAction: () => props.onChange({ prompt: before }) },
    })
  }
  const discard = (): void => {
    const before = prompt()
    props.onChange({ prompt: '' })
    setTaken(undefined)
    showToast({
      text: words.discarded,
      action: { label: newRunWords.undo, onAction: () => props.onChange({ prompt: before }) },
    })
  }

  return (
    <>
      <Show when={taken()}>
        {(share) => (
          <section class={styles.shared} aria-label={words.label} role="status">
            <p class={styles.sharedText}>
              <Icon of={Share2} size="sm" />
              <span>{share().text === '' ? words.nothing : words.taken}</span>
            </p>
            <LeftOut of={share()} />
            <div class={styles.sharedActions}>
              <Show when={share().text !== ''}>
                <Button onClick={discard}>{words.empty}</Button>
              </Show>
              <Button tone="ghost" onClick={() => setTaken(undefined)}>
                {words.understood}
              </Button>
            </div>
          </section>
        )}
      </Show>
      <Show when={offered()}>
        {(share) => (
          <section class={styles.shared} aria-label={words.offer}>
            <p class={styles.sharedText}>
              <Icon of={Share2} size="sm" />
              <span>{words.waits}</span>
            </p>
            <blockquote class={styles.sharedQuote} dir="auto">
              {excerpt(share().text)}
            </blockquote>
            <div class={styles.sharedActions}>
              <Button onClick={() => void take(share(), `${prompt().trimEnd()}\n\n${share().text}`)}>
                {words.add}
              </Button>
              <Button onClick={() => replace(share())}>{words.replace}</Button>
              <Button tone="ghost" onClick={() => void shares.done(share().id)}>
                {words.discard}
              </Button>
            </div>
          </section>
        )}
      </Show>
    </>
  )
}

function LeftOut(props: { readonly of: SharedDraft }) {
  return (
    <Show when={props.of.leftOut.length > 0}>
      <ul class={styles.sharedLeft}>
        <For each={props.of.leftOut}>{(one) => <li>{words.leftOut(one.name, one.why)}</li>}</For>
      </ul>
    </Show>
  )
}

function excerpt(text: string): string {
  const lines = text.split('\n').slice(0, 4).join('\n').slice(0, 300)
  return lines.length < text.length ? `${lines.trimEnd()} …` : lines
}
