import { CircleX } from 'lucide'
import { For, Show, createMemo, createSignal } from 'solid-js'
import type { Attachment } from '#shared/domain/attachment.ts'
import type { RefusedMutation } from '#shared/domain/notice.ts'
import { Button } from '../../../ui/button.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { refusalText } from '../../../state/refusal-text.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { refusalWords } from '../../../words/refusals.ts'
import { runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import { refusedText } from './queue.ts'
import styles from '../permission/asks-region.module.css'

/** Changes to this run that the server refused: why, and a way to get back what was typed. */
export function RefusedLines(props: {
  /** Resolves with whether the text is on the device where it now stands. */
  readonly onTakeBack: (text: string, attachments?: readonly Attachment[]) => Promise<boolean>
}) {
  const scene = useScene()
  const team = useTeamData()
  const workspace = useWorkspace()
  const refused = createMemo(() =>
    team.refused.all().flatMap((row) => {
      const about = refusedText(row.name, row.args, scene.runId)
      return about === undefined ? [] : [{ row, ...about }]
    }),
  )
  const [problem, setProblem] = createSignal<string>()
  const dismiss = async (row: RefusedMutation): Promise<void> => {
    setProblem(undefined)
    try {
      await workspace.mutate.dismissRefusal({ clientId: row.clientId, mutationId: row.mutationId })
    } catch (error) {
      setProblem(refusalText(error))
    }
  }
  /** The notice has the text, and goes only once it is kept elsewhere. */
  const takeBack = async (
    row: RefusedMutation,
    text: string,
    attachments: readonly Attachment[] | undefined,
  ): Promise<void> => {
    if (await props.onTakeBack(text, attachments)) await dismiss(row)
  }
  return (
    <Show when={refused().length > 0}>
      <div class={styles.region}>
        <For each={refused()}>
          {(one) => (
            <div class={styles.line} role="status">
              <Icon of={CircleX} size="sm" />
              <span class={styles.words}>
                {words(one.row.name)} {refusalWords(one.row.refusal.code, one.row.refusal.detail)}
              </span>
              <Show when={one.text}>
                {(text) => (
                  <Button size="sm" onClick={() => void takeBack(one.row, text(), one.attachments)}>
                    {runWords.refused.takeBack}
                  </Button>
                )}
              </Show>
              <Button size="sm" tone="ghost" onClick={() => void dismiss(one.row)}>
                {runWords.dismiss}
              </Button>
            </div>
          )}
        </For>
        <Problem text={problem()} />
      </div>
    </Show>
  )
}

function words(name: string): string {
  if (name === 'sendPrompt') return runWords.refused.sendPrompt
  return name === 'stopRun' ? runWords.refused.stopRun : runWords.refused.other
}
