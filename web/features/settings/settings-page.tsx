import { Link, useParams } from '@tanstack/solid-router'
import { For, Match, Show, Switch } from 'solid-js'
import { useFrame } from '../../state/frame.ts'
import { useTitle } from '../../state/title.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { settingsWords } from '../../words/settings.ts'
import { outboxWords } from '../../words/shell.ts'
import { AccountSection } from './account-section.tsx'
import { DevicesSection } from './devices-section.tsx'
import { NotificationsSection } from './notifications-section.tsx'
import { RunnersSection } from './runners-section.tsx'
import styles from './settings.module.css'
import { TeamSection } from './team-section.tsx'

const sections = ['account', 'notifications', 'devices', 'team', 'runners'] as const
type SectionName = (typeof sections)[number]

/** `/settings/$section` */
export function SettingsPage() {
  const frame = useFrame()
  const params = useParams({ strict: false })
  const section = (): SectionName => sections.find((name) => name === params().section) ?? 'account'
  useTitle(() => settingsWords.sections[section()])
  return (
    <div class={styles.page}>
      <PageHead title={settingsWords.title} />
      <nav class={styles.tabs} aria-label={settingsWords.parts}>
        <For each={sections}>
          {(name) => (
            <Link
              to="/settings/$section"
              params={{ section: name }}
              class={styles.tab}
              activeProps={{}}
              aria-current={section() === name ? 'page' : undefined}
            >
              {settingsWords.sections[name]}
            </Link>
          )}
        </For>
        <Show when={frame() === 'phone'}>
          <Link to="/outbox" class={styles.tab}>
            {outboxWords.title}
          </Link>
        </Show>
      </nav>
      <div class={styles.scroll}>
        <div class={styles.column}>
          <Switch>
            <Match when={section() === 'account'}>
              <AccountSection />
            </Match>
            <Match when={section() === 'notifications'}>
              <NotificationsSection />
            </Match>
            <Match when={section() === 'devices'}>
              <DevicesSection />
            </Match>
            <Match when={section() === 'team'}>
              <TeamSection />
            </Match>
            <Match when={section() === 'runners'}>
              <RunnersSection />
            </Match>
          </Switch>
        </div>
      </div>
    </div>
  )
}
