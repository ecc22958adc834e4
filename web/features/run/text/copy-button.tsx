import { Check, Copy } from 'lucide'
import { createSignal, onCleanup } from 'solid-js'
import { IconButton } from '../../../ui/button.tsx'
import { copyText } from '../../../ui/copy.ts'
import { uiWords } from '../../../words/ui.ts'

/** Copies `text`, and says for two seconds that it did, or that it could not. */
export function CopyButton(props: {
  readonly label: string
  readonly text: () => string
  readonly class?: string | undefined
}) {
  const [result, setResult] = createSignal<'copied' | 'failed'>()
  let timer: ReturnType<typeof setTimeout> | undefined
  onCleanup(() => clearTimeout(timer))
  const handleClick = async (): Promise<void> => {
    setResult((await copyText(props.text())) ? 'copied' : 'failed')
    clearTimeout(timer)
    timer = setTimeout(() => setResult(undefined), 2_000)
  }
  const label = (): string => {
    const now = result()
    return now === undefined ? props.label : now === 'copied' ? uiWords.copied : uiWords.copyFailed
  }
  return (
    <IconButton
      size="sm"
      icon={result() === 'copied' ? Check : Copy}
      label={label()}
      class={props.class}
      onClick={() => void handleClick()}
    />
  )
}
