import { useLocation } from '@tanstack/solid-router'
import { Bell as BellIcon } from 'lucide'
import { Show, createEffect, createSignal, on, type Component } from 'solid-js'
import { useTeamData } from '../../state/team-data.ts'
import { IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Popover } from '../../ui/popover.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { inboxWords } from '../../words/inbox.ts'
import { shellWords } from '../../words/shell.ts'
import styles from './bell.module.css'

/** The inbox as it lies over a page. */
export type MailboxPart = Component<{ readonly onClose: () => void }>

/** Opens the mailbox over the page. Its dot says that something in it waits. */
export function Bell(props: { readonly mailbox: MailboxPart }) {
  const data = useTeamData()
  const location = useLocation()
  const [open, setOpen] = createSignal(false)
  // Whatever led away from the page closes what lay over it.
  createEffect(
    on(
      () => location().href,
      () => setOpen(false),
      { defer: true },
    ),
  )
  return (
    <Popover
      open={open()}
      onOpenChange={setOpen}
      label={inboxWords.title}
      placement="right-start"
      trigger={(attributes) => (
        <span class={styles.bell}>
          <IconButton {...attributes} icon={BellIcon} label={inboxWords.open} />
          <Show when={data.inbox.attention() > 0}>
            <span class={styles.pip} />
          </Show>
        </span>
      )}
      pending={<SkeletonRows waitsFor={shellWords.pagePending} />}
      failed={<EmptyState text={shellWords.failed} />}
    >
      <props.mailbox onClose={() => setOpen(false)} />
    </Popover>
  )
}
