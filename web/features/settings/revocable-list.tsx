import type { IconNode } from 'lucide'
import { For, Show, createSignal, type JSX } from 'solid-js'
import { Nothing, request } from '../../state/account-api.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Problem, RemoteView, Section, useAction, type Remote } from './section.tsx'
import styles from './settings.module.css'

/** What was given out and can be taken back: a section with the way to a new one, the rows, and the question before one ends. */
export function RevocableList<Item extends { readonly id: string }>(props: {
  readonly title: string
  readonly text: string
  readonly icon: IconNode
  /** Where the items live; one is revoked under its id. */
  readonly path: string
  readonly of: Remote<readonly Item[]>
  /** What stands there while there is none. */
  readonly none: string
  readonly make: string
  /** The dialog that makes a new one. */
  readonly maker: (dialog: { readonly onClose: () => void; readonly onMade: () => void }) => JSX.Element
  readonly children: (item: Item) => JSX.Element
  readonly actions?: (item: Item) => JSX.Element
  readonly revoke: {
    readonly word: string
    readonly label: (item: Item) => string
    readonly title: (item: Item) => string
    readonly text: string
  }
}) {
  const [making, setMaking] = createSignal(false)
  const [revoking, setRevoking] = createSignal<Item>()
  const action = useAction()
  const handleRevoke = async (item: Item): Promise<void> => {
    const { reload } = props.of
    const done = await action.run(request(Nothing, 'DELETE', `${props.path}/${item.id}`))
    if (done !== undefined) await reload()
  }
  return (
    <Section
      title={props.title}
      text={props.text}
      action={
        <Button size="lg" tone="ink" onClick={() => setMaking(true)}>
          {props.make}
        </Button>
      }
    >
      <Problem text={action.problem()} />
      <RemoteView of={props.of} rows={2}>
        {(items) => (
          <Show when={items().length > 0} fallback={<p class={styles.empty}>{props.none}</p>}>
            <ul class={styles.rows}>
              <For each={items()}>
                {(item) => (
                  <li class={styles.row}>
                    <Icon of={props.icon} />
                    <div class={styles.rowMain}>{props.children(item)}</div>
                    <div class={styles.rowActions}>
                      {props.actions?.(item)}
                      <Button
                        disabled={action.busy()}
                        aria-label={props.revoke.label(item)}
                        onClick={() => setRevoking(() => item)}
                      >
                        {props.revoke.word}
                      </Button>
                    </div>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        )}
      </RemoteView>
      <Show when={making()}>
        {props.maker({ onClose: () => setMaking(false), onMade: () => void props.of.reload() })}
      </Show>
      <Show when={revoking()} keyed>
        {(item) => (
          <ConfirmDialog
            open
            onOpenChange={() => setRevoking(undefined)}
            title={props.revoke.title(item)}
            description={props.revoke.text}
            confirm={props.revoke.word}
            tone="danger"
            onConfirm={() => void handleRevoke(item)}
          />
        )}
      </Show>
    </Section>
  )
}
