import { Link, useNavigate, useParams } from '@tanstack/solid-router'
import { ArrowLeft, CloudOff, Play, Trash2 } from 'lucide'
import { Show, createMemo, createSignal, untrack } from 'solid-js'
import { z } from 'zod'
import { EnvironmentSpec, type Environment } from '#shared/domain/environment.ts'
import type { EnvironmentProblem } from '#shared/domain/environment-check.ts'
import { canDeleteEnvironment, canEditEnvironments, canStartRuns } from '#shared/domain/policies.ts'
import { EnvironmentId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { useDeviceStore } from '../../state/device-store.ts'
import { createDraft, draftKey } from '../../state/draft.ts'
import { useEnvironmentUse, useEnvironments } from '../../state/environments.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button, ButtonInside, IconButton, buttonClass } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Note } from '../../ui/note.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { environmentWords } from '../../words/environments.ts'
import { shellWords } from '../../words/shell.ts'
import { EnvironmentFields } from './environment-fields.tsx'
import { EnvironmentForm, changesOf, checkForm, formOf } from './environment-form.ts'
import { Guided } from './guided.tsx'
import { HistorySection } from './history-section.tsx'
import { TestSection } from './test-section.tsx'
import styles from './environments.module.css'

/** A form, with the state that it began with: what somebody else changed since then stays. */
const Changed = z.object({ form: EnvironmentForm, base: EnvironmentSpec })
type Changed = z.infer<typeof Changed>

/** `/environments/$environmentId` */
export function EnvironmentPage() {
  const params = useParams({ strict: false })
  const environments = useEnvironments()
  const found = createMemo(() => {
    const id = EnvironmentId.safeParse(params().environmentId)
    return id.success ? environments.get(keys.environment(id.data)) : undefined
  })
  useTitle(() => found()?.spec.name ?? shellWords.environments)
  return (
    <Show
      when={found()?.id}
      keyed
      fallback={
        <Show when={environments.loaded()}>
          <Note title={shellWords.environments} text={environmentWords.nobody}>
            <Link to="/environments" class={buttonClass} data-size="lg">
              {environmentWords.all}
            </Link>
          </Note>
        </Show>
      }
    >
      {(id) => <Show when={environments.get(keys.environment(id))}>{(one) => <Editor of={one()} />}</Show>}
    </Show>
  )
}

function Editor(props: { readonly of: Environment }) {
  const workspace = useWorkspace()
  const data = useTeamData()
  const status = useStatus()
  const navigate = useNavigate()
  const uses = useEnvironmentUse()
  const saved = createMemo(() => formOf(props.of.spec))
  /** What is changed and not saved; nothing while the form is as it is saved. */
  const draft = createDraft<Changed | null>({
    store: useDeviceStore(),
    key: draftKey(
      workspace,
      untrack(() => `environment/${props.of.id}`),
    ),
    initial: null,
    parse: (kept) => Changed.safeParse(kept).data,
  })
  const form = () => draft.value()?.form ?? saved()
  const [problems, setProblems] = createSignal<readonly EnvironmentProblem[]>([])
  const [refused, setRefused] = createSignal<string>()
  const [said, setSaid] = createSignal<string>()
  const [deleting, setDeleting] = createSignal(false)
  const role = () => data.me()?.role
  const archived = () => props.of.archivedAt !== undefined
  const mayEdit = () => !archived() && (data.me() === undefined || canEditEnvironments(role()))
  const mayDelete = () => mayEdit() && canDeleteEnvironment(role(), workspace.userId, props.of.createdBy)
  const isChanged = () => draft.value() !== null
  let page: HTMLFormElement | undefined

  const change = (changed: Partial<EnvironmentForm>): void => {
    draft.set({ form: { ...form(), ...changed }, base: draft.value()?.base ?? props.of.spec })
    setProblems([])
    setRefused(undefined)
    setSaid(undefined)
  }
  const save = async (): Promise<void> => {
    const checked = checkForm(form())
    if (!checked.ok) {
      setProblems(checked.error)
      queueMicrotask(() => page?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    const changes = changesOf(draft.value()?.base ?? props.of.spec, checked.value)
    try {
      if (changes !== undefined) await workspace.mutate.changeEnvironment({ environmentId: props.of.id, ...changes })
      await draft.clear()
      setSaid(environmentWords.saved)
    } catch (error) {
      setRefused(refusalText(error))
    }
  }
  const remove = async (): Promise<void> => {
    try {
      await workspace.mutate.deleteEnvironment({ environmentId: props.of.id })
      await draft.clear()
      await navigate({ to: '/environments' })
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
        void save()
      }}
    >
      <PageHead title={props.of.spec.name} before={<Back />}>
        <Show when={!archived() && canStartRuns(role())}>
          <Link to="/new" search={{ environment: props.of.id }} class={buttonClass} data-tone="plain" data-size="md">
            <ButtonInside icon={Play}>{environmentWords.newRun}</ButtonInside>
          </Link>
        </Show>
        <Show when={mayDelete()}>
          <IconButton icon={Trash2} label={environmentWords.delete} onClick={() => setDeleting(true)} />
        </Show>
      </PageHead>
      <Show when={status().connection === 'offline'}>
        <Banner icon={CloudOff}>{environmentWords.offline}</Banner>
      </Show>
      <div class={styles.scroll}>
        <div class={styles.column}>
          <Show when={!archived()}>
            <TestSection of={props.of} mayStart={canStartRuns(role())} unsaved={isChanged()} />
          </Show>
          <EnvironmentFields
            form={form()}
            onChange={change}
            problems={problems()}
            guided={
              <Show when={mayEdit()}>
                <Guided form={form()} onChange={change} />
              </Show>
            }
          />
          <HistorySection of={props.of} mayEdit={mayEdit() || archived()} onRestored={() => void draft.clear()} />
        </div>
      </div>
      <footer class={styles.foot}>
        <Show
          when={refused()}
          fallback={
            <p class={styles.said} role="status">
              {mayEdit() ? (isChanged() ? environmentWords.changed : said()) : environmentWords.viewer}
            </p>
          }
        >
          {(text) => (
            <p class={styles.said} role="alert">
              {text()}
            </p>
          )}
        </Show>
        <Show when={isChanged()}>
          <Button
            size="lg"
            onClick={() => {
              setProblems([])
              void draft.clear()
            }}
          >
            {environmentWords.discard}
          </Button>
        </Show>
        <Button type="submit" tone="ink" size="lg" disabled={!mayEdit() || !isChanged()}>
          {environmentWords.save}
        </Button>
      </footer>
      <ConfirmDialog
        open={deleting()}
        onOpenChange={setDeleting}
        title={environmentWords.deleteTitle(props.of.spec.name)}
        description={environmentWords.deleteText(uses().get(props.of.id)?.going ?? 0)}
        confirm={environmentWords.delete}
        tone="danger"
        onConfirm={() => void remove()}
      />
    </form>
  )
}

export function Back() {
  return (
    <Link to="/environments" class={styles.back} aria-label={environmentWords.all}>
      <Icon of={ArrowLeft} size="lg" />
    </Link>
  )
}
