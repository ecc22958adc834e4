import { Show, createEffect, createSignal, onCleanup } from 'solid-js'
import { isPicture, type Attachment } from '#shared/domain/attachment.ts'
import { filesOf, useAttaching } from '../../state/attachments.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { AttachButton } from '../../ui/attachments/attach-button.tsx'
import { Attachments } from '../../ui/attachments/attachments.tsx'
import { Problem } from '../../ui/problem.tsx'
import { attachmentWords } from '../../words/attachments.ts'
import styles from './attach-row.module.css'

/** The files that go with the first message: chosen here, or pasted and dropped where it is written. */
export function AttachRow(props: {
  readonly attachments: readonly Attachment[]
  readonly onChange: (attachments: readonly Attachment[]) => void
  readonly area: () => HTMLTextAreaElement | undefined
  /** Whether it is shown pictures, as far as that is known. */
  readonly agent: { readonly name: string; readonly images?: boolean | undefined }
}) {
  const workspace = useWorkspace()
  const [problem, setProblem] = createSignal<string>()
  const attaching = useAttaching({
    attachments: () => props.attachments,
    set: (attachments) => props.onChange(attachments),
    inRun: () => 0,
    onProblem: setProblem,
  })
  const take = (event: ClipboardEvent | DragEvent): void => {
    const data = event instanceof DragEvent ? event.dataTransfer : event.clipboardData
    const files = filesOf(data)
    // A table or a page that was copied comes as a picture too: then the text is meant.
    if (files.length === 0 || (!(event instanceof DragEvent) && data?.types.includes('text/plain') === true)) return
    event.preventDefault()
    void attaching.add(files)
  }
  createEffect(() => {
    const area = props.area()
    area?.addEventListener('paste', take)
    area?.addEventListener('drop', take)
    onCleanup(() => {
      area?.removeEventListener('paste', take)
      area?.removeEventListener('drop', take)
    })
  })
  return (
    <div class={styles.row}>
      <AttachButton named busy={attaching.busy()} onFiles={(files) => void attaching.add(files)} />
      <Attachments
        attachments={props.attachments}
        read={({ blob }) => workspace.readAttachment(blob)}
        onRemove={attaching.remove}
      />
      <Show when={props.agent.images !== undefined && props.attachments.some(isPicture)}>
        <p class={styles.note}>
          {props.agent.images ? attachmentWords.shown(props.agent.name) : attachmentWords.asFiles(props.agent.name)}
        </p>
      </Show>
      <Problem text={problem()} />
    </div>
  )
}
