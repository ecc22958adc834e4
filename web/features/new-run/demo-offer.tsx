import { ListChecks } from 'lucide'
import { Show, createSignal } from 'solid-js'
import { z } from 'zod'
import { carefulProfileId } from '#shared/domain/builtin-profiles.ts'
import { demoPrompt, demoTitle } from '#shared/demo.ts'
import { Button } from '../../ui/button.tsx'
import { showToast } from '../../ui/toast.tsx'
import { newRunWords } from '../../words/new-run.ts'
import type { NewRunForm } from './form.ts'
import styles from './new-run-page.module.css'

/** `GET /api/v1/demo`. */
const DemoAnswer = z.object({ repository: z.object({ url: z.string().min(1) }) })

/** Fills the form with the demonstration run. What was typed before can be had back. */
export function DemoOffer(props: {
  /** Only the button: for those who have runs already. */
  readonly quiet?: boolean | undefined
  readonly form: NewRunForm
  readonly onFill: (change: Partial<NewRunForm>) => void
}) {
  const [noRepository, setNoRepository] = createSignal(false)
  const [asking, setAsking] = createSignal(false)

  const fill = async () => {
    setAsking(true)
    const before = props.form
    const repository = await demoRepository()
    setAsking(false)
    setNoRepository(repository === undefined)
    props.onFill({
      prompt: demoPrompt,
      title: demoTitle,
      harness: 'runbook',
      // Nothing to fetch first; it asks before each step that changes something.
      sandbox: 'direct',
      // It is there to show a question.
      profile: carefulProfileId,
      setup: '',
      branch: '',
      repository: repository ?? '',
    })
    if (before.prompt.trim() !== '')
      showToast({
        text: newRunWords.demoFilled,
        action: { label: newRunWords.undo, onAction: () => props.onFill(before) },
      })
  }

  const fillButton = (tone: 'plain' | 'ghost') => (
    <Button icon={ListChecks} tone={tone} aria-busy={asking()} onClick={() => void fill()}>
      {newRunWords.demo}
    </Button>
  )

  return (
    <Show when={!props.quiet || noRepository()} fallback={<div class={styles.quietDemo}>{fillButton('ghost')}</div>}>
      <div class={styles.demo}>
        <p class={styles.demoText}>
          <Show when={noRepository()} fallback={newRunWords.demoHint}>
            {newRunWords.demoNoRepository}
          </Show>
        </p>
        {fillButton('plain')}
      </div>
    </Show>
  )
}

/** `undefined` when the server can't be asked. */
async function demoRepository(): Promise<string | undefined> {
  try {
    const response = await fetch('/api/v1/demo', {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(5000),
    })
    return response.ok ? DemoAnswer.parse(await response.json()).repository.url : undefined
  } catch {
    return undefined
  }
}
