import { Link } from '@tanstack/solid-router'
import { Box, ChartColumnStacked, Inbox, ListTree, NotebookText, Plus, Search, Settings2, type IconNode } from 'lucide'
import { Show, type JSX } from 'solid-js'
import { useOpenPalette } from '../../state/palette.ts'
import { isApple } from '../../state/platform.ts'
import { useSession } from '../../state/session.ts'
import { useTeamData } from '../../state/team-data.ts'
import { Button, ButtonInside, buttonClass } from '../../ui/button.tsx'
import { Count } from '../../ui/chip.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Mark } from '../../ui/mark.tsx'
import { inboxWords } from '../../words/inbox.ts'
import { ariaKeys, keyCaps } from '../../words/key-caps.ts'
import { paletteWords } from '../../words/palette.ts'
import { shellWords } from '../../words/shell.ts'
import { Bell, type MailboxPart } from './bell.tsx'
import { SyncIndicator, type SyncShown } from './sync-indicator.tsx'
import styles from './side-bar.module.css'

/** Team, what can be started, pages, sync. `icons`: 52 wide, words in tooltips. */
export function SideBar(props: { readonly icons: boolean; readonly sync: SyncShown; readonly mailbox: MailboxPart }) {
  const data = useTeamData()
  const session = useSession()
  const openPalette = useOpenPalette()
  const teamName = () => {
    const state = session.state()
    return data.team.value?.name ?? (state.type === 'signed_in' ? state.me.team.name : shellWords.app)
  }
  return (
    <aside class={styles.side} data-icons={props.icons ? '' : undefined} aria-label={shellWords.workspace}>
      <div class={styles.team} title={teamName()}>
        <Mark awaited={data.inbox.attention() > 0} />
        <span class={styles.word}>{teamName()}</span>
        <Show when={!props.icons}>
          <Bell mailbox={props.mailbox} />
        </Show>
      </div>
      <Link
        to="/new"
        class={`${buttonClass} ${styles.new}`}
        data-tone="plain"
        title={props.icons ? shellWords.newRun : undefined}
        aria-keyshortcuts="N"
      >
        <ButtonInside icon={Plus} keys={props.icons ? undefined : 'N'}>
          <span class={styles.word}>{shellWords.newRun}</span>
        </ButtonInside>
      </Link>
      <Button
        tone="ghost"
        icon={Search}
        class={styles.find}
        title={props.icons ? paletteWords.open : undefined}
        aria-label={paletteWords.title}
        aria-keyshortcuts={ariaKeys('Mod+k', isApple)}
        keys={props.icons ? undefined : keyCaps('Mod+k', isApple).join(' ')}
        onClick={openPalette}
      >
        <span class={styles.word}>{paletteWords.open}</span>
      </Button>
      <nav class={styles.nav} aria-label={shellWords.main}>
        <NavLink to="/runs" icon={ListTree} words={shellWords.runs} icons={props.icons}>
          <Show when={data.active() > 0}>
            <Count of={data.active()} label={shellWords.activeRuns(data.active())} />
          </Show>
        </NavLink>
        <NavLink to="/plans" icon={NotebookText} words={shellWords.plans} icons={props.icons} />
        <NavLink to="/inbox" icon={Inbox} words={shellWords.inbox} icons={props.icons}>
          <Show when={data.inbox.attention() > 0}>
            <Count of={data.inbox.attention()} turn label={inboxWords.waiting(data.inbox.attention())} />
            <Show when={props.icons}>
              <span class={styles.pip} />
            </Show>
          </Show>
        </NavLink>
      </nav>
      <div class={styles.foot}>
        <nav class={styles.nav} aria-label={shellWords.settings}>
          <NavLink to="/usage" icon={ChartColumnStacked} words={shellWords.usage} icons={props.icons} />
          <NavLink to="/environments" icon={Box} words={shellWords.environments} icons={props.icons} />
          <NavLink to="/settings" icon={Settings2} words={shellWords.settings} icons={props.icons} />
        </nav>
        <SyncIndicator {...props.sync} icons={props.icons} />
      </div>
    </aside>
  )
}

function NavLink(props: {
  readonly to: '/runs' | '/plans' | '/inbox' | '/environments' | '/usage' | '/settings'
  readonly icon: IconNode
  readonly words: string
  readonly icons: boolean
  readonly children?: JSX.Element
}) {
  return (
    <Link
      to={props.to}
      class={styles.link}
      activeOptions={{ includeSearch: false }}
      activeProps={{ 'aria-current': 'page' }}
      title={props.icons ? props.words : undefined}
    >
      <Icon of={props.icon} />
      <span class={styles.word}>{props.words}</span>
      {props.children}
    </Link>
  )
}
