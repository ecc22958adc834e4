import { For, createEffect, createSignal, createUniqueId, on } from 'solid-js'
import { PlanFolder, type Plan } from '#shared/domain/plan.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextInput } from '../../../ui/field.tsx'
import { plansWords } from '../../../words/plans.ts'
import { uiWords } from '../../../words/ui.ts'
import { foldersOf } from '../list/list-model.ts'
import type { PlanActs } from './plan-acts.ts'

/** Asks for a folder: one of those that there are, or a new one. */
export function MoveDialog(props: {
  readonly plan: Plan | undefined
  readonly onClose: () => void
  readonly acts: PlanActs
}) {
  const data = useTeamData()
  const listId = createUniqueId()
  const formId = createUniqueId()
  const [folder, setFolder] = createSignal('')
  const words = plansWords.moveDialog
  createEffect(
    on(
      () => props.plan?.id,
      () => setFolder(props.plan?.folder ?? ''),
    ),
  )
  const parsed = () => PlanFolder.safeParse(folder().trim())
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const [plan, chosen] = [props.plan, parsed()]
    if (plan === undefined || !chosen.success) return
    if (chosen.data !== plan.folder) void props.acts.move(plan, chosen.data)
    props.onClose()
  }
  return (
    <Dialog
      open={props.plan !== undefined}
      onOpenChange={(open) => open || props.onClose()}
      title={words.title}
      footer={
        <>
          <Button size="lg" onClick={() => props.onClose()}>
            {uiWords.cancel}
          </Button>
          <Button size="lg" tone="ink" type="submit" form={formId}>
            {words.confirm}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit}>
        <TextInput
          label={words.label}
          hint={words.hint}
          error={parsed().success ? undefined : words.wrong}
          value={folder()}
          onChange={setFolder}
          list={listId}
          autocomplete="off"
          spellcheck={false}
        />
        <datalist id={listId}>
          <For each={foldersOf(data.plans.all())}>{(known) => <option value={known} />}</For>
        </datalist>
      </form>
    </Dialog>
  )
}
