import * as KTooltip from '@kobalte/core/tooltip'
import { Show, createSignal, splitProps, type JSX } from 'solid-js'
import { given } from './given.ts'
import { Kbd } from './kbd.tsx'
import styles from './tooltip.module.css'

/** A button whose tooltip shows on hover and focus, unless what it opens is open. The tooltip repeats the label, with its key. */
export function TooltipButton(
  props: JSX.ButtonHTMLAttributes<HTMLButtonElement> & {
    readonly text: string
    readonly keys?: string | undefined
    readonly [data: `data-${string}`]: string | boolean | undefined
  },
) {
  const [own, rest] = splitProps(props, ['text', 'keys'])
  const [open, setOpen] = createSignal(false)
  const isExpanded = () => rest['aria-expanded'] === true || rest['aria-expanded'] === 'true'
  return (
    <KTooltip.Root
      openDelay={500}
      closeDelay={0}
      gutter={6}
      placement="bottom"
      open={open() && !isExpanded()}
      onOpenChange={setOpen}
    >
      <KTooltip.Trigger as="button" {...given(rest)} />
      <KTooltip.Portal>
        <KTooltip.Content class={styles.tooltip}>
          {own.text}
          <Show when={own.keys}>{(keys) => <Kbd>{keys()}</Kbd>}</Show>
        </KTooltip.Content>
      </KTooltip.Portal>
    </KTooltip.Root>
  )
}
