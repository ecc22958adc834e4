import { Link, useNavigate } from '@tanstack/solid-router'
import { CloudOff, Plus, RotateCcw } from 'lucide'
import { For, Show, createMemo, type JSX } from 'solid-js'
import type { Environment } from '#shared/domain/environment.ts'
import { canEditEnvironments } from '#shared/domain/policies.ts'
import { sortedEnvironments, useEnvironmentUse, useEnvironments } from '../../state/environments.ts'
import { useFrame } from '../../state/frame.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.tsx'
import { environmentWords } from '../../words/environments.ts'
import { shellWords } from '../../words/shell.ts'
import { TestState } from './test-state.tsx'
import styles from './environments.module.css'

/** `/environments`: every environment of the team, from this device's store. */
export function EnvironmentsPage() {
  const environments = useEnvironments()
  const uses = useEnvironmentUse()
  const data = useTeamData()
  const status = useStatus()
  const frame = useFrame()
  const workspace = useWorkspace()
  const navigate = useNavigate()
  useTitle(() => shellWords.environments)
  const mayEdit = () => data.me() === undefined || canEditEnvironments(data.me()?.role)
  const live = createMemo(() => sortedEnvironments(environments.all()))
  const archived = createMemo(() => environments.all().filter(({ archivedAt }) => archivedAt !== undefined))
  const make = () => void navigate({ to: '/environments/new' })
  const restore = (one: Environment) =>
    workspace.mutate
      .restoreEnvironment({ environmentId: one.id, revision: one.revision })
      .catch((error: unknown) => showToast({ text: refusalText(error) }))

  return (
    <div class={styles.page}>
      <PageHead title={shellWords.environments}>
        <Show when={mayEdit()}>
          <Show
            when={frame() !== 'phone'}
            fallback={<IconButton icon={Plus} size="touch" label={shellWords.newEnvironment} onClick={make} />}
          >
            <Button icon={Plus} onClick={make}>
              {shellWords.newEnvironment}
            </Button>
          </Show>
        </Show>
      </PageHead>
      <Show when={status().connection === 'offline'}>
        <Banner icon={CloudOff}>{environmentWords.offline}</Banner>
      </Show>
      <div class={styles.scroll}>
        <div class={styles.column}>
          <p class={styles.intro}>{environmentWords.text}</p>
          <Show when={environments.loaded()} fallback={<SkeletonRows rows={3} waitsFor={shellWords.environments} />}>
            <Show
              when={live().length > 0}
              fallback={
                <EmptyState text={environmentWords.none}>
                  <Show when={mayEdit()}>
                    <Button tone="ink" size="lg" icon={Plus} onClick={make}>
                      {shellWords.newEnvironment}
                    </Button>
                  </Show>
                </EmptyState>
              }
            >
              <ul class={styles.list} aria-label={environmentWords.list}>
                <For each={live()}>{(one) => <Item of={one} runs={uses().get(one.id)?.runs ?? 0} />}</For>
              </ul>
            </Show>
          </Show>
          <Show when={archived().length > 0}>
            <section class={styles.section} aria-label={environmentWords.archived}>
              <h2 class={styles.sectionTitle}>{environmentWords.archived}</h2>
              <ul class={styles.list}>
                <For each={archived()}>
                  {(one) => (
                    <Item of={one} runs={uses().get(one.id)?.runs ?? 0}>
                      <Show when={mayEdit()}>
                        <Button icon={RotateCcw} onClick={() => void restore(one)}>
                          {environmentWords.restore}
                        </Button>
                      </Show>
                    </Item>
                  )}
                </For>
              </ul>
            </section>
          </Show>
        </div>
      </div>
    </div>
  )
}

function Item(props: { readonly of: Environment; readonly runs: number; readonly children?: JSX.Element }) {
  const spec = () => props.of.spec
  return (
    <li class={styles.item}>
      <Link to="/environments/$environmentId" params={{ environmentId: props.of.id }} class={styles.name}>
        {spec().name}
      </Link>
      <Show when={props.of.test} fallback={<span class={styles.state}>{environmentWords.test.never}</span>}>
        {(test) => <TestState test={test()} />}
      </Show>
      <span class={styles.facts}>
        <span class={styles.image}>{spec().image ?? environmentWords.defaultImage}</span>
        <span>{environmentWords.repositories(spec().repositories.length)}</span>
        <span>{environmentWords.commands(spec().setupCommands.length)}</span>
        <span>{environmentWords.usedBy(props.runs)}</span>
      </span>
      <Show when={spec().description}>{(text) => <span class={styles.facts}>{text()}</span>}</Show>
      <Show when={props.children}>
        <span class={styles.acts}>{props.children}</span>
      </Show>
    </li>
  )
}
