import { Link, useParams } from '@tanstack/solid-router'
import { For, Match, Show, Switch, createEffect, on, onCleanup, onMount } from 'solid-js'
import { useFrame } from '../../state/frame.ts'
import { settingsSections, type SettingsSection } from '../../state/settings-sections.ts'
import { useTitle } from '../../state/title.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { settingsWords } from '../../words/settings.ts'
import { outboxWords, shellWords } from '../../words/shell.ts'
import { AccountSection } from './account-section.tsx'
import { AgentsSection } from './agents-section.tsx'
import { BudgetsSection } from './budgets-section.tsx'
import { DeviceSection } from './device-section.tsx'
import { DevicesSection } from './devices-section.tsx'
import { NotificationsSection } from './notifications-section.tsx'
import { PersonalKeyList } from './personal-key-list.tsx'
import { ProfilesSection } from './profiles/profiles-section.tsx'
import { RunnersSection } from './runners-section.tsx'
import { SecretsSection } from './secrets/secrets-section.tsx'
import styles from './settings.module.css'
import { TeamSection } from './team-section.tsx'

/** `/settings/$section` */
export function SettingsPage() {
  const frame = useFrame()
  const params = useParams({ strict: false })
  const section = (): SettingsSection => settingsSections.find((name) => name === params().section) ?? 'account'
  useTitle(() => shellWords.sections[section()])
  // On a narrow screen the part that is shown may stand beyond the edge.
  let tabs!: HTMLElement
  const showCurrent = (): void => {
    const current = tabs.querySelector<HTMLElement>('[aria-current]')
    if (current !== null) tabs.scrollLeft = current.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2
  }
  createEffect(on(section, showCurrent, { defer: true }))
  onMount(() => {
    // It is in the page, and has a width, some time after it was made.
    const observer = new ResizeObserver(showCurrent)
    observer.observe(tabs)
    onCleanup(() => observer.disconnect())
  })
  return (
    <div class={styles.page}>
      <PageHead title={settingsWords.title} />
      <nav ref={tabs} class={styles.tabs} aria-label={settingsWords.parts}>
        <For each={settingsSections}>
          {(name) => (
            <Link
              to="/settings/$section"
              params={{ section: name }}
              class={styles.tab}
              activeProps={{}}
              aria-current={section() === name ? 'page' : undefined}
            >
              {shellWords.sections[name]}
            </Link>
          )}
        </For>
        <Show when={frame() === 'phone'}>
          <Link to="/usage" class={styles.tab}>
            {shellWords.usage}
          </Link>
          <Link to="/environments" class={styles.tab}>
            {shellWords.environments}
          </Link>
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
              <PersonalKeyList />
            </Match>
            <Match when={section() === 'team'}>
              <TeamSection />
            </Match>
            <Match when={section() === 'profiles'}>
              <ProfilesSection />
            </Match>
            <Match when={section() === 'agents'}>
              <AgentsSection />
            </Match>
            <Match when={section() === 'budgets'}>
              <BudgetsSection />
            </Match>
            <Match when={section() === 'runners'}>
              <RunnersSection />
            </Match>
            <Match when={section() === 'secrets'}>
              <SecretsSection />
            </Match>
            <Match when={section() === 'device'}>
              <DeviceSection />
            </Match>
          </Switch>
        </div>
      </div>
    </div>
  )
}
