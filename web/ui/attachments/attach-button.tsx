import { Paperclip } from 'lucide'
import { Show } from 'solid-js'
import { attachmentWords } from '../../words/attachments.ts'
import { Button, IconButton } from '../button.tsx'

/** Chooses files of this device; a phone offers its camera and its photos too. */
export function AttachButton(props: {
  readonly onFiles: (files: readonly File[]) => void
  readonly busy: boolean
  /** Its words stand beside its icon. */
  readonly named?: boolean | undefined
  readonly disabled?: boolean | undefined
}) {
  let input!: HTMLInputElement
  const words = (): string => (props.busy ? attachmentWords.preparing : attachmentWords.attach)
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
      <Show
        when={props.named}
        fallback={
          <IconButton
            icon={Paperclip}
            tone="ghost"
            label={words()}
            aria-busy={props.busy}
            disabled={props.disabled}
            onClick={() => input.click()}
          />
        }
      >
        <Button
          icon={Paperclip}
          size="sm"
          tone="ghost"
          aria-busy={props.busy}
          disabled={props.disabled}
          onClick={() => input.click()}
        >
          {words()}
        </Button>
      </Show>
    </>
  )
}
