import { Show, createMemo, createSignal, createUniqueId } from 'solid-js'
import { branchOf } from '#shared/domain/branch-pattern.ts'
import { Environment } from '#shared/domain/environment.ts'
import { messageLimit, publishSteps, pullBodyLimit, pullTitleLimit } from '#shared/domain/run-publish.ts'
import type { FileChange } from '#shared/domain/transcript.ts'
import type { EnvironmentId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, type ReadTransaction } from '#sync/core/transaction.ts'
import { createDraft, draftKey } from '../../../../state/draft.ts'
import { useDeviceStore } from '../../../../state/device-store.ts'
import { useIds } from '../../../../state/platform.ts'
import { useQuery } from '../../../../state/query.ts'
import { refusalText } from '../../../../state/refusal-text.ts'
import { useWorkspace } from '../../../../state/workspace.ts'
import { Button } from '../../../../ui/button.tsx'
import { Dialog } from '../../../../ui/dialog.tsx'
import { TextArea, TextInput } from '../../../../ui/field.tsx'
import { Select } from '../../../../ui/select.tsx'
import { Switch } from '../../../../ui/switch.tsx'
import { showToast } from '../../../../ui/toast.tsx'
import { publishWords as words } from '../../../../words/publish.ts'
import { uiWords } from '../../../../words/ui.ts'
import { useScene } from '../../scene.ts'
import { firstForm, orderOf, problemsOf, PublishForm } from './publish-form.ts'
import styles from './publish.module.css'

/** Nobody has changed anything of what is proposed. */
const nothing: PublishForm = {
  until: 'pull_request',
  message: '',
  which: 'all',
  branch: '',
  title: '',
  body: '',
  base: '',
  draft: false,
}

const environmentRow = (id: EnvironmentId | undefined) => async (tx: ReadTransaction) =>
  id === undefined ? undefined : getRow(tx, keys.environment(id), Environment)

/** Commit, push, pull request: how far, of which files, under which names. */
export function PublishDialog(props: {
  readonly accepted: readonly FileChange[]
  /** What the agent said last. */
  readonly summary: string
  readonly open: boolean
  /** What was sent last is the beginning, since something of it failed. */
  readonly again: boolean
  readonly onClose: () => void
}) {
  const scene = useScene()
  const workspace = useWorkspace()
  const ids = useIds()
  const formId = createUniqueId()
  const link = new URL(`/runs/${scene.runId}`, location.href).href
  const environmentId = createMemo(() => scene.run().config.environmentId)
  const environment = useQuery(() => environmentRow(environmentId()))
  const usualBranch = () =>
    branchOf(scene.run(), {
      pattern: environment.value?.spec.branchPattern,
      person: scene.person(scene.me)?.name,
    })
  const proposed = createMemo(() => firstForm(scene.run(), { link, summary: props.summary, branch: usualBranch() }))
  const draft = createDraft<PublishForm>({
    store: useDeviceStore(),
    key: draftKey(workspace, `publish/${scene.runId}`),
    initial: nothing,
    parse: (kept) => PublishForm.safeParse(kept).data,
  })
  const last = createDraft<PublishForm>({
    store: useDeviceStore(),
    key: draftKey(workspace, `publish-last/${scene.runId}`),
    initial: nothing,
    parse: (kept) => PublishForm.safeParse(kept).data,
  })
  const [isSent, setSent] = createSignal(false)
  const [busy, setBusy] = createSignal(false)
  const form = (): PublishForm => {
    if (draft.value() !== nothing) return draft.value()
    return props.again && last.value() !== nothing ? last.value() : proposed()
  }
  const set = (change: Partial<PublishForm>): void => draft.set({ ...form(), ...change })
  const which = () => (props.accepted.length === 0 ? 'all' : form().which)
  const problems = createMemo(() => (isSent() ? problemsOf(form()) : {}))
  const pushes = () => form().until !== 'commit'
  const opens = () => form().until === 'pull_request'
  let element!: HTMLFormElement

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    setSent(true)
    if (busy()) return
    if (Object.keys(problemsOf(form())).length > 0 || !element.checkValidity()) {
      queueMicrotask(() => element.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    setBusy(true)
    try {
      const order = orderOf(
        { ...form(), which: which() },
        { link, accepted: props.accepted, usualBranch: usualBranch() },
      )
      await workspace.mutate.publishRun({
        runId: scene.runId,
        publishId: ids.publishId(),
        deliveryId: ids.deliveryId(),
        ...order,
      })
      last.set(form())
      await draft.clear()
      setSent(false)
      props.onClose()
    } catch (error) {
      showToast({ text: refusalText(error) })
    } finally {
      setBusy(false)
    }
  }
  const plain = { autocomplete: 'off', autocapitalize: 'off', spellcheck: false } as const

  return (
    <Dialog
      open={props.open}
      onOpenChange={() => props.onClose()}
      title={words.title}
      description={words.text}
      size="lg"
      footer={
        <>
          <Button size="lg" onClick={() => props.onClose()}>
            {uiWords.cancel}
          </Button>
          <Button size="lg" tone="ink" type="submit" form={formId} disabled={busy()}>
            {words.now[form().until]}
          </Button>
        </>
      }
    >
      <form ref={element} id={formId} class={styles.form} novalidate onSubmit={(event) => void submit(event)}>
        <Show when={draft.loaded()}>
          <Select
            label={words.until}
            choices={publishSteps.map((value) => ({ value, label: words.steps[value], hint: words.stepHints[value] }))}
            value={form().until}
            onChange={(until) => set({ until })}
            hint={words.stepHints[form().until]}
          />
          <TextArea
            label={words.message}
            hint={words.messageHint}
            error={problems().message}
            limit={messageLimit}
            rows={3}
            value={form().message}
            onChange={(message) => set({ message })}
          />
          <Show when={props.accepted.length > 0}>
            <Select
              label={words.files}
              choices={[
                { value: 'all', label: words.all },
                { value: 'accepted', label: words.accepted(props.accepted.length) },
              ]}
              value={which()}
              onChange={(next) => set({ which: next })}
            />
          </Show>
          <Show when={pushes()}>
            <TextInput
              {...plain}
              label={words.branch}
              hint={words.branchHint}
              error={problems().branch}
              value={form().branch}
              onChange={(branch) => set({ branch })}
            />
          </Show>
          <Show when={opens()}>
            <TextInput
              label={words.pullTitle}
              error={problems().title}
              limit={pullTitleLimit}
              value={form().title}
              onChange={(title) => set({ title })}
            />
            <TextArea
              label={words.pullBody}
              optional
              limit={pullBodyLimit}
              rows={5}
              value={form().body}
              onChange={(body) => set({ body })}
            />
            <TextInput
              {...plain}
              label={words.base}
              optional
              hint={words.baseHint}
              error={problems().base}
              value={form().base}
              onChange={(base) => set({ base })}
            />
            <Switch
              label={words.draft}
              hint={words.draftHint}
              checked={form().draft}
              onChange={(checked) => set({ draft: checked })}
            />
          </Show>
        </Show>
      </form>
    </Dialog>
  )
}
