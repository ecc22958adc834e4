import { Check, Copy } from 'lucide'
import { Show, createSignal, onCleanup } from 'solid-js'
import { uiWords } from '../words/ui.ts'
import { Button, IconButton, type ButtonLook } from './button.tsx'
import { copyText } from './copy.ts'

/** Copies `text`, which stands beside it, and says for two seconds that it did, or that it could not. */
export function CopyButton(props: {
  readonly label: string
  readonly text: string
  /** `icon`: the label is its tooltip. */
  readonly look: 'icon' | 'words'
  readonly tone?: ButtonLook['tone']
  readonly class?: string | undefined
}) {
  const [result, setResult] = createSignal<'copied' | 'failed'>()
  let timer: ReturnType<typeof setTimeout> | undefined
  onCleanup(() => clearTimeout(timer))
  const handleCopy = async (): Promise<void> => {
    setResult((await copyText(props.text)) ? 'copied' : 'failed')
    clearTimeout(timer)
    timer = setTimeout(() => setResult(undefined), 2_000)
  }
  const icon = () => (result() === 'copied' ? Check : Copy)
  const label = (): string => {
    const now = result()
    return now === undefined ? props.label : now === 'copied' ? uiWords.copied : uiWords.copyFailedHere
  }
  return (
    <Show
      when={props.look === 'icon'}
      fallback={
        <Button
          icon={icon()}
          tone={props.tone}
          class={props.class}
          aria-live="polite"
          onClick={() => void handleCopy()}
        >
          {label()}
        </Button>
      }
    >
      <IconButton
        size="sm"
        icon={icon()}
        tone={props.tone}
        label={label()}
        class={props.class}
        onClick={() => void handleCopy()}
      />
    </Show>
  )
}
