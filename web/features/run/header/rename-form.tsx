import { createSignal, onMount } from 'solid-js'
import { titleLimit } from '#shared/domain/run.ts'
import { useTextDraft } from '../../../state/draft.ts'
import { isKey } from '../../../state/keyboard.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Button } from '../../../ui/button.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { runWords } from '../../../words/run.ts'
import { uiWords } from '../../../words/ui.ts'
import { useScene } from '../scene.ts'
import styles from './run-header.module.css'

/** The title as a field, in its place. */
export function RenameForm(props: { readonly onDone: () => void }) {
  const scene = useScene()
  const workspace = useWorkspace()
  const draft = useTextDraft(`rename/${scene.runId}`)
  // What others call it meanwhile doesn't overwrite what is typed.
  const before = scene.run().title
  const [typed, setTyped] = createSignal<string>()
  /** What was left behind by a page that died comes back. */
  const title = () => typed() ?? (draft.value() === '' ? before : draft.value())
  const [problem, setProblem] = createSignal<string>()
  const over = () => title().trim().length - titleLimit
  let input!: HTMLInputElement
  let closed = false
  let saving = false
  onMount(() => {
    input.focus()
    input.select()
  })
  const close = (): void => {
    closed = true
    void draft.clear()
    props.onDone()
  }
  const save = async (): Promise<void> => {
    // Leaving the field saves; but a form that was closed has nothing more to say.
    if (closed || saving) return
    const wanted = title().trim()
    if (over() > 0) {
      setProblem(uiWords.tooLong(over()))
      return
    }
    if (wanted === '' || wanted === scene.run().title) {
      close()
      return
    }
    saving = true
    try {
      await workspace.mutate.renameRun({ runId: scene.runId, title: wanted })
      close()
    } catch (error) {
      setProblem(refusalText(error))
    } finally {
      saving = false
    }
  }
  return (
    <form
      class={styles.rename}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
      onKeyDown={(event) => isKey(event, 'Escape') && close()}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) void save()
      }}
    >
      <input
        ref={input}
        aria-label={runWords.renameLabel}
        aria-invalid={over() > 0 ? 'true' : undefined}
        value={title()}
        onInput={(event) => {
          setTyped(event.currentTarget.value)
          draft.set(event.currentTarget.value)
          setProblem(over() > 0 ? uiWords.tooLong(over()) : undefined)
        }}
      />
      <Button size="sm" type="submit">
        {runWords.save}
      </Button>
      <Problem text={problem()} />
    </form>
  )
}
