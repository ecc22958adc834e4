import { useNavigate } from '@tanstack/solid-router'
import { createEffect, createSignal, createUniqueId, on } from 'solid-js'
import {
  CommitBranch,
  CommitMessage,
  commitMessageLimit,
  CommitPath,
  commitPathLimit,
  slugOf,
} from '#shared/domain/plan-commit.ts'
import type { PlanId } from '#shared/ids.ts'
import { searchOf } from '../../../state/plan-choice.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextArea, TextInput } from '../../../ui/field.tsx'
import { planCommitWords } from '../../../words/plan-commit.ts'
import { uiWords } from '../../../words/ui.ts'
import styles from './commit-dialog.module.css'

const words = planCommitWords

/** Which file of which branch the plan's text becomes; in which repository, and who does it, is the next page's question. */
export function CommitDialog(props: {
  readonly planId: PlanId
  readonly title: string
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}) {
  const navigate = useNavigate()
  const formId = createUniqueId()
  const [path, setPath] = createSignal('')
  const [branch, setBranch] = createSignal('')
  const [message, setMessage] = createSignal('')
  /** What is not filled in yet is not called wrong before it is sent. */
  const [isSent, setSent] = createSignal(false)
  createEffect(
    on(
      () => props.open,
      (open) => {
        if (!open) return
        const slug = slugOf(props.title)
        setPath(words.defaultPath(slug))
        setBranch(words.defaultBranch(slug))
        setMessage(words.defaultMessage(props.title).slice(0, commitMessageLimit))
        setSent(false)
      },
    ),
  )
  const file = () => CommitPath.safeParse(path().trim())
  const name = () => CommitBranch.safeParse(branch().trim())
  const said = () => CommitMessage.safeParse(message())
  const wrong = (is: boolean, text: string) => (is || !isSent() ? undefined : text)
  let form!: HTMLFormElement
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    setSent(true)
    const [to, on, text] = [file(), name(), said()]
    if (!to.success || !on.success || !text.success) {
      queueMicrotask(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    props.onOpenChange(false)
    void navigate({
      to: '/new',
      search: searchOf({
        planId: props.planId,
        scope: { kind: 'whole' },
        commit: { path: to.data, branch: on.data, message: text.data },
      }),
    })
  }
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => props.onOpenChange(open)}
      title={words.dialogTitle}
      description={words.text}
      size="lg"
      footer={
        <>
          <Button size="lg" onClick={() => props.onOpenChange(false)}>
            {uiWords.cancel}
          </Button>
          <Button size="lg" tone="ink" type="submit" form={formId}>
            {words.next}
          </Button>
        </>
      }
    >
      <form ref={form} id={formId} class={styles.form} novalidate onSubmit={submit}>
        <TextInput
          label={words.path}
          hint={words.pathHint}
          error={wrong(file().success, words.pathWrong)}
          limit={commitPathLimit}
          value={path()}
          onChange={setPath}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
        />
        <TextInput
          label={words.branch}
          hint={words.branchHint}
          error={wrong(name().success, words.branchWrong)}
          value={branch()}
          onChange={setBranch}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
        />
        <TextArea
          label={words.message}
          error={wrong(said().success, words.messageWrong)}
          limit={commitMessageLimit}
          rows={3}
          value={message()}
          onChange={setMessage}
        />
      </form>
    </Dialog>
  )
}
