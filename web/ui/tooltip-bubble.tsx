import * as KTooltip from '@kobalte/core/tooltip'
import { Show, type JSX } from 'solid-js'
import { Kbd } from './kbd.tsx'
import styles from './tooltip.module.css'

/** What a tooltip shows, beside a button that stands already. Tells when it goes: by Escape, by scrolling, by a pointer that has left. */
export function TooltipBubble(props: {
  readonly id: string
  readonly anchor: HTMLElement
  readonly text: string
  readonly keys: string | undefined
  readonly onGone: () => void
}): JSX.Element {
  return (
    <KTooltip.Root open onOpenChange={(open) => !open && props.onGone()} closeDelay={0} gutter={6} placement="bottom">
      <KTooltip.Trigger
        as={(tie: { readonly ref: (element: HTMLElement) => void }) => {
          tie.ref(props.anchor)
          return undefined
        }}
      />
      <KTooltip.Portal>
        <KTooltip.Content id={props.id} class={styles.tooltip}>
          {props.text}
          <Show when={props.keys}>{(keys) => <Kbd>{keys()}</Kbd>}</Show>
        </KTooltip.Content>
      </KTooltip.Portal>
    </KTooltip.Root>
  )
}
