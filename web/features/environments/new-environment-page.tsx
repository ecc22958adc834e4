import { useNavigate } from '@tanstack/solid-router'
import { CloudOff } from 'lucide'
import { Show, createSignal } from 'solid-js'
import type { EnvironmentProblem } from '#shared/domain/environment-check.ts'
import { canEditEnvironments } from '#shared/domain/policies.ts'
import { useDeviceStore } from '../../state/device-store.ts'
import { createDraft, draftKey, wasDone } from '../../state/draft.ts'
import { useIds } from '../../state/platform.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { environmentWords } from '../../words/environments.ts'
import { shellWords } from '../../words/shell.ts'
import { EnvironmentFields } from './environment-fields.tsx'
import { EnvironmentForm, checkForm, emptyEnvironment } from './environment-form.ts'
import { Back } from './environment-page.tsx'
import { Guided } from './guided.tsx'
import styles from './environments.module.css'

/** `/environments/new`. What is typed is kept on this device until the environment is. */
export function NewEnvironmentPage() {
  const workspace = useWorkspace()
  const data = useTeamData()
  const status = useStatus()
  const ids = useIds()
  const navigate = useNavigate()
  useTitle(() => shellWords.newEnvironment)
  const draft = createDraft<EnvironmentForm>({
    store: useDeviceStore(),
    key: draftKey(workspace, `environment/new/${workspace.teamId}`),
    initial: emptyEnvironment,
    async parse(kept) {
      const read = EnvironmentForm.safeParse(kept).data
      if (read?.madeAs === undefined) return read
      // Made just before the app was killed.
      const isDone = await wasDone(workspace, 'createEnvironment', { environmentId: read.madeAs })
      return isDone ? undefined : read
    },
  })
  const [problems, setProblems] = createSignal<readonly EnvironmentProblem[]>([])
  const [refused, setRefused] = createSignal<string>()
  const mayEdit = () => data.me() === undefined || canEditEnvironments(data.me()?.role)
  let page: HTMLFormElement | undefined

  const change = (changed: Partial<EnvironmentForm>): void => {
    draft.set({ ...draft.value(), ...changed })
    setProblems([])
    setRefused(undefined)
  }
  const create = async (): Promise<void> => {
    const checked = checkForm(draft.value())
    if (!checked.ok) {
      setProblems(checked.error)
      queueMicrotask(() => page?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    const environmentId = ids.environmentId()
    try {
      draft.set({ ...draft.value(), madeAs: environmentId })
      await draft.kept()
      await workspace.mutate.createEnvironment({ environmentId, spec: checked.value })
      await draft.clear()
      await navigate({ to: '/environments/$environmentId', params: { environmentId } })
    } catch (error) {
      setRefused(refusalText(error))
    }
  }

  return (
    <form
      ref={page}
      class={styles.page}
      novalidate
      onSubmit={(event) => {
        event.preventDefault()
        void create()
      }}
    >
      <PageHead title={shellWords.newEnvironment} before={<Back />} />
      <Show when={status().connection === 'offline'}>
        <Banner icon={CloudOff}>{environmentWords.offline}</Banner>
      </Show>
      <div class={styles.scroll}>
        <div class={styles.column}>
          <EnvironmentFields
            form={draft.value()}
            onChange={change}
            problems={problems()}
            guided={<Guided form={draft.value()} onChange={change} />}
          />
        </div>
      </div>
      <footer class={styles.foot}>
        <p class={styles.said} role="alert">
          {mayEdit() ? refused() : environmentWords.viewer}
        </p>
        <Button type="submit" tone="ink" size="lg" disabled={!mayEdit()}>
          {environmentWords.create}
        </Button>
      </footer>
    </form>
  )
}
