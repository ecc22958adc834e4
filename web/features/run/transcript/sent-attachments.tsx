import type { Attachment } from '#shared/domain/attachment.ts'
import { useUnsentAttachments } from '../../../state/attachments.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Attachments } from '../../../ui/attachments/attachments.tsx'
import { attachmentWords } from '../../../words/attachments.ts'
import { refusalWords } from '../../../words/refusals.ts'
import { useReadAttachment } from '../read-attachment.ts'
import styles from './sent-attachments.module.css'

/** The files that went, or go, with a message. */
export function SentAttachments(props: { readonly attachments: readonly Attachment[] }) {
  const workspace = useWorkspace()
  const unsent = useUnsentAttachments()
  const read = useReadAttachment()
  const stateOf = ({ blob }: Attachment): { readonly text: string; readonly refused: boolean } | undefined => {
    const known = unsent().get(blob)
    if (known === undefined) return undefined
    const { refusal } = known
    return refusal === undefined
      ? { text: attachmentWords.unsent, refused: false }
      : { text: attachmentWords.refused(refusalWords(refusal.code, refusal.detail)), refused: true }
  }
  return (
    <div class={styles.files}>
      <Attachments
        attachments={props.attachments}
        read={read}
        stateOf={stateOf}
        onRetry={({ blob }) => void workspace.sendAttachments([blob])}
      />
    </div>
  )
}
