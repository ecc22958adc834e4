import { Check, Copy } from 'lucide'
import { createSignal, onCleanup } from 'solid-js'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy.ts'
import { settingsWords } from '../../words/settings.ts'

/** Copies `text`, and says for two seconds that it did, or that it could not. */
export function CopyButton(props: { readonly words: string; readonly text: string; readonly label?: string }) {
  const [result, setResult] = createSignal<'copied' | 'failed'>()
  let timer: ReturnType<typeof setTimeout> | undefined
  onCleanup(() => clearTimeout(timer))
  const handleCopy = async (): Promise<void> => {
    setResult((await copyText(props.text)) ? 'copied' : 'failed')
    clearTimeout(timer)
    timer = setTimeout(() => setResult(undefined), 2000)
  }
  return (
    <Button
      icon={result() === 'copied' ? Check : Copy}
      aria-label={result() === undefined ? props.label : undefined}
      aria-live="polite"
      onClick={() => void handleCopy()}
    >
      {result() === 'copied' ? settingsWords.copied : result() === 'failed' ? settingsWords.copyFailed : props.words}
    </Button>
  )
}
