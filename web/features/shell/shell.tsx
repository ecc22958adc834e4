import { useLocation, useNavigate } from '@tanstack/solid-router'
import { Show, createEffect, createSignal, onCleanup, type JSX } from 'solid-js'
import { useFrame } from '../../state/frame.ts'
import { useKeys } from '../../state/keyboard.ts'
import { usePending, useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitles } from '../../state/title.ts'
import { shellWords } from '../../words/shell.ts'
import { BottomBar } from './bottom-bar.tsx'
import { KeysSheet } from './keys-sheet.tsx'
import type { MailboxPart } from './bell.tsx'
import { News } from './news.tsx'
import { Notices } from './notices.tsx'
import { OutboxSheet } from './outbox-sheet.tsx'
import { SideBar } from './side-bar.tsx'
import { SyncBar } from './sync-indicator.tsx'
import styles from './shell.module.css'

/** The frame around every page of a team: side bar on wide screens, bottom bar on phones. */
export function Shell(props: { readonly mailbox: MailboxPart; readonly children: JSX.Element }) {
  const frame = useFrame()
  const data = useTeamData()
  const status = useStatus()
  const pending = usePending()
  const titles = useTitles()
  const navigate = useNavigate()
  const location = useLocation()
  const [outboxOpen, setOutboxOpen] = createSignal(false)
  const [keysOpen, setKeysOpen] = createSignal(false)

  createEffect(() => titles.setAttention(data.inbox.attention()))
  onCleanup(() => titles.setAttention(0))
  useKeys({
    n: () => void navigate({ to: '/new' }),
    'g i': () => void navigate({ to: '/inbox' }),
    'g r': () => void navigate({ to: '/runs' }),
    'g s': () => void navigate({ to: '/settings/$section', params: { section: 'account' } }),
    '?': () => void setKeysOpen(true),
  })

  const sync = () => ({ status: status(), refused: data.refused.all().length, onOpen: () => setOutboxOpen(true) })
  /** Pages that take the whole phone have their own way back. */
  const full = () => location().pathname === '/new' || /^\/runs\/./.test(location().pathname)

  return (
    <div class={styles.shell} data-frame={frame()}>
      <a class={styles.skip} href="#main">
        {shellWords.skip}
      </a>
      <Show when={frame() !== 'phone'} fallback={<SyncBar {...sync()} />}>
        <SideBar icons={frame() === 'tablet'} sync={sync()} mailbox={props.mailbox} />
      </Show>
      <main id="main" class={styles.main} tabIndex={-1}>
        <Notices status={status()} />
        <div class={styles.page}>{props.children}</div>
      </main>
      <Show when={frame() === 'phone' && !full()}>
        <BottomBar />
      </Show>
      <News />
      <OutboxSheet open={outboxOpen()} onOpenChange={setOutboxOpen} status={status()} pending={pending()} />
      <KeysSheet open={keysOpen()} onOpenChange={setKeysOpen} />
    </div>
  )
}
