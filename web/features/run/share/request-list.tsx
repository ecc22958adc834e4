import { For } from 'solid-js'
import type { ShareRequest } from '#shared/domain/share.ts'
import { Avatar } from '../../../ui/avatar.tsx'
import { Button } from '../../../ui/button.tsx'
import { Time } from '../../../ui/time.tsx'
import { useWorkspace } from '../../../state/workspace.ts'
import { shareWords } from '../../../words/share.ts'
import { useScene } from '../scene.ts'
import type { TryTo } from './use-share.ts'
import styles from './share-dialog.module.css'

/** People with the link who ask to be let in, or to steer. */
export function RequestList(props: { readonly requests: readonly ShareRequest[]; readonly tryTo: TryTo }) {
  const scene = useScene()
  const workspace = useWorkspace()
  const answer = (request: ShareRequest, allowed: boolean): void => {
    void props.tryTo(() =>
      workspace.mutate.answerAccessRequest({
        runId: scene.runId,
        userId: request.userId,
        answer: allowed ? request.wants : 'deny',
      }),
    )
  }
  return (
    <section class={styles.requests} aria-labelledby="share-requests">
      <h4 id="share-requests" class={styles.title}>
        {shareWords.requests}
      </h4>
      <ul class={styles.rows}>
        <For each={props.requests}>
          {(request) => (
            <li class={styles.row}>
              <Avatar name={request.name} hue={1} size="lg" decorative />
              <span class={styles.who}>
                <b>{request.name}</b>
                <span class={styles.meta}>
                  {shareWords.wants[request.wants]} · {request.email} · <Time at={request.at} form="when" />
                </span>
              </span>
              <span class={styles.access}>
                <Button aria-label={shareWords.denyLabel(request.name)} onClick={() => answer(request, false)}>
                  {shareWords.deny}
                </Button>
                <Button
                  tone="ink"
                  aria-label={shareWords.allowLabel(request.name)}
                  onClick={() => answer(request, true)}
                >
                  {shareWords.allow}
                </Button>
              </span>
            </li>
          )}
        </For>
      </ul>
    </section>
  )
}
