import { useLocation } from '@tanstack/solid-router'
import { Bell as BellIcon } from 'lucide'
import { Show, createEffect, createSignal, createUniqueId, on, type Component } from 'solid-js'
import { useAfterFirstPage } from '../../state/after-first-page.ts'
import { useTeamData } from '../../state/team-data.ts'
import { IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { inboxWords } from '../../words/inbox.ts'
import { shellWords } from '../../words/shell.ts'
import { LazySheet } from './lazy-sheet.tsx'
import styles from './bell.module.css'

const loadPopover = () => import('../../ui/popover.tsx').then((part) => part.Popover)

/** The inbox as it lies over a page. */
export type MailboxPart = Component<{ readonly onClose: () => void }>

/** Opens the mailbox over the page. Its dot says that something in it waits. */
export function Bell(props: { readonly mailbox: MailboxPart }) {
  const data = useTeamData()
  const location = useLocation()
  const id = createUniqueId()
  const [button, setButton] = createSignal<HTMLElement>()
  const [open, setOpen] = createSignal(false)
  // Whatever led away from the page closes what lay over it.
  createEffect(
    on(
      () => location().href,
      () => setOpen(false),
      { defer: true },
    ),
  )
  useAfterFirstPage(loadPopover)
  // Made once, with getters: read as a whole it would be made anew, and what is inside with it, whenever one of them changes.
  const panel = {
    id,
    label: inboxWords.title,
    placement: 'right-start',
    get trigger() {
      return button()
    },
    get open() {
      return open()
    },
    onOpenChange: setOpen,
    pending: () => <SkeletonRows waitsFor={shellWords.pagePending} />,
    failed: () => <EmptyState text={shellWords.failed} />,
    inside: () => <props.mailbox onClose={() => setOpen(false)} />,
  } as const
  return (
    <>
      <span class={styles.bell}>
        <IconButton
          ref={setButton}
          icon={BellIcon}
          label={inboxWords.open}
          aria-haspopup="dialog"
          aria-expanded={open()}
          aria-controls={open() ? id : undefined}
          data-expanded={open() ? '' : undefined}
          // Else the press would take the focus out of the panel, which closes it, and the click would open it again.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => setOpen((is) => !is)}
        />
        <Show when={data.inbox.attention() > 0}>
          <span class={styles.pip} />
        </Show>
      </span>
      <LazySheet load={loadPopover} with={panel} />
    </>
  )
}
