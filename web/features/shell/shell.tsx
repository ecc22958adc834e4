import { useLocation, useNavigate } from '@tanstack/solid-router'
import { Show, createEffect, createSignal, onCleanup, type JSX } from 'solid-js'
import { useFrame } from '../../state/frame.ts'
import { useKeys } from '../../state/keyboard.ts'
import { useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitles } from '../../state/title.ts'
import { shellWords } from '../../words/shell.ts'
import { BottomBar } from './bottom-bar.tsx'
import { KeysSheet } from './keys-sheet.tsx'
import { Notices } from './notices.tsx'
import { SideBar } from './side-bar.tsx'
import { SyncBar } from './sync-indicator.tsx'
import styles from './shell.module.css'

/** The frame around every page of a team: side bar on wide screens, bottom bar on phones. */
export function Shell(props: { readonly children: JSX.Element }) {
  const frame = useFrame()
  const data = useTeamData()
  const status = useStatus()
  const titles = useTitles()
  const navigate = useNavigate()
  const location = useLocation()
  const [keysOpen, setKeysOpen] = createSignal(false)

  createEffect(() => titles.setNeeds(data.needs()))
  onCleanup(() => titles.setNeeds(0))
  useKeys({
    n: () => void navigate({ to: '/new' }),
    'g r': () => void navigate({ to: '/runs' }),
    'g o': () => void navigate({ to: '/outbox' }),
    'g s': () => void navigate({ to: '/settings/$section', params: { section: 'account' } }),
    '?': () => void setKeysOpen(true),
  })

  const sync = () => ({ status: status(), refused: data.refused.all().length })
  /** Pages that take the whole phone have their own way back. */
  const full = () => location().pathname === '/new' || /^\/runs\/./.test(location().pathname)

  return (
    <div class={styles.shell} data-frame={frame()}>
      <a class={styles.skip} href="#main">
        {shellWords.skip}
      </a>
      <Show
        when={frame() !== 'phone'}
        fallback={
          <Show when={location().pathname !== '/outbox'}>
            <SyncBar {...sync()} />
          </Show>
        }
      >
        <SideBar icons={frame() === 'tablet'} sync={sync()} />
      </Show>
      <main id="main" class={styles.main} tabIndex={-1}>
        <Notices status={status()} />
        <div class={styles.page}>{props.children}</div>
      </main>
      <Show when={frame() === 'phone' && !full()}>
        <BottomBar />
      </Show>
      <KeysSheet open={keysOpen()} onOpenChange={setKeysOpen} />
    </div>
  )
}
