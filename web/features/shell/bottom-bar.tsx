import { Link } from '@tanstack/solid-router'
import { Inbox, ListTree, NotebookText, Plus, Settings2 } from 'lucide'
import { Show } from 'solid-js'
import { useTeamData } from '../../state/team-data.ts'
import { Count } from '../../ui/chip.tsx'
import { Icon } from '../../ui/icon.tsx'
import { inboxWords } from '../../words/inbox.ts'
import { shellWords } from '../../words/shell.ts'
import styles from './bottom-bar.module.css'

/** The phone's main pages, in thumb reach. */
export function BottomBar() {
  const data = useTeamData()
  return (
    <nav class={styles.bar} aria-label={shellWords.main}>
      <Link
        to="/runs"
        class={styles.tab}
        activeOptions={{ includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        <Icon of={ListTree} size="lg" />
        {shellWords.runs}
      </Link>
      <Link
        to="/plans"
        class={styles.tab}
        activeOptions={{ includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        <Icon of={NotebookText} size="lg" />
        {shellWords.plans}
      </Link>
      <Link to="/new" class={styles.tab} aria-label={shellWords.newRun}>
        <span class={styles.new}>
          <Icon of={Plus} size="lg" />
        </span>
      </Link>
      <Link
        to="/inbox"
        class={styles.tab}
        activeOptions={{ includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        <Icon of={Inbox} size="lg" />
        {shellWords.inbox}
        <Show when={data.inbox.attention() > 0}>
          <span class={styles.count}>
            <Count of={data.inbox.attention()} turn label={inboxWords.waiting(data.inbox.attention())} />
          </span>
        </Show>
      </Link>
      <Link to="/settings" class={styles.tab} activeProps={{ 'aria-current': 'page' }}>
        <Icon of={Settings2} size="lg" />
        {shellWords.settings}
      </Link>
    </nav>
  )
}
