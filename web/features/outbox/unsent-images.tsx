import { Link } from '@tanstack/solid-router'
import { For, Show, createSignal } from 'solid-js'
import type { UnsentImage } from '#sync/client/images/device-images.ts'
import { useFrame } from '../../state/frame.ts'
import { usePlanCopies } from '../../state/plan-copies.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { IntentMark } from '../../ui/intent-mark.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Time } from '../../ui/time.tsx'
import { plansWords } from '../../words/plans.ts'
import { refusalWords } from '../../words/refusals.ts'
import { outboxWords } from '../../words/shell.ts'
import { uiWords } from '../../words/ui.ts'
import styles from './outbox.module.css'

/** Pictures that the server does not have: those that are on their way lead to their plan, and what is refused has its ways on. */
export function UnsentImages(props: { readonly images: readonly UnsentImage[] }) {
  return (
    <ul class={styles.list}>
      <For each={props.images.map(({ hash }) => hash)}>
        {(hash) => (
          <Show when={props.images.find((image) => image.hash === hash)}>{(image) => <Row image={image()} />}</Show>
        )}
      </For>
    </ul>
  )
}

function Row(props: { readonly image: UnsentImage }) {
  const workspace = useWorkspace()
  const frame = useFrame()
  const copies = usePlanCopies()
  const [problem, setProblem] = createSignal<string>()
  const title = () => {
    const { planId } = props.image
    const known = planId === undefined ? undefined : copies().get(planId)?.title
    return known === undefined || known === '' ? plansWords.untitled : known
  }
  const act = (done: Promise<void>): void => {
    setProblem(undefined)
    done.catch(() => setProblem(uiWords.notKept))
  }
  return (
    <li>
      <div class={styles.item} data-item tabindex="-1">
        <span class={styles.what}>
          <span class={styles.deed}>
            <Show when={props.image.planId} fallback={plansWords.picture}>
              {(planId) => (
                <Link to="/plans/$planId" params={{ planId: planId() }}>
                  {plansWords.pictureIn(title())}
                </Link>
              )}
            </Show>
          </span>
          <Show when={props.image.refusal}>
            {(refusal) => (
              <>
                <span class={styles.why}>{refusalWords(refusal().code, refusal().detail)}</span>
                <span class={styles.actions}>
                  <Button onClick={() => act(workspace.retryImage(props.image.hash))}>{outboxWords.retry}</Button>
                  <Button tone="ghost" onClick={() => act(workspace.discardImage(props.image.hash))}>
                    {outboxWords.discard}
                  </Button>
                </span>
              </>
            )}
          </Show>
          <Problem text={problem()} />
        </span>
        <span class={styles.where}>
          <IntentMark state={props.image.refusal === undefined ? 'local' : 'refused'} phone={frame() === 'phone'} />
          <Time at={props.image.addedAt} form="when" />
        </span>
      </div>
    </li>
  )
}
