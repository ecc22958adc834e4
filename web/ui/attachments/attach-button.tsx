import { Paperclip } from 'lucide'
import { attachmentWords } from '../../words/attachments.ts'
import { IconButton } from '../button.tsx'

/** Chooses files of this device; a phone offers its camera and its photos too. */
export function AttachButton(props: {
  readonly onFiles: (files: readonly File[]) => void
  readonly busy: boolean
  readonly disabled?: boolean | undefined
}) {
  let input!: HTMLInputElement
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])]
          event.currentTarget.value = ''
          props.onFiles(files)
        }}
      />
      <IconButton
        icon={Paperclip}
        tone="ghost"
        label={props.busy ? attachmentWords.preparing : attachmentWords.attach}
        aria-busy={props.busy}
        disabled={props.disabled}
        onClick={() => input.click()}
      />
    </>
  )
}
