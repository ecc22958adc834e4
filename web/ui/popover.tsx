import * as KPopover from '@kobalte/core/popover'
import { ErrorBoundary, Suspense, createRenderEffect, type JSX } from 'solid-js'
import styles from './popover.module.css'

/**
 * A panel over the page, beside the button that opens it; the page stays in reach. It takes the focus and gives it back to the
 * button, and closes by Escape, by a press beside it, or when the focus leaves it. The button stands without it, so that its code can
 * come later.
 */
export function Popover(props: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly label: string
  readonly placement: 'right-start' | 'bottom-start'
  readonly id: string
  readonly trigger: HTMLElement | undefined
  /** While what is inside arrives, and when it can't. */
  readonly pending: () => JSX.Element
  readonly failed: () => JSX.Element
  readonly inside: () => JSX.Element
}) {
  return (
    <KPopover.Root
      open={props.open}
      onOpenChange={(open) => props.onOpenChange(open)}
      placement={props.placement}
      gutter={4}
      modal={false}
    >
      <KPopover.Trigger
        as={(tie: { readonly ref: (element: HTMLElement | undefined) => void }) => {
          createRenderEffect(() => tie.ref(props.trigger))
          return undefined
        }}
      />
      <KPopover.Portal>
        <KPopover.Content
          id={props.id}
          class={styles.popover}
          aria-label={props.label}
          data-leave=""
          onOpenAutoFocus={(event) => {
            // What is inside may take it on its own.
            event.preventDefault()
            const content = event.currentTarget
            if (content instanceof HTMLElement && !content.contains(document.activeElement)) content.focus()
          }}
        >
          <ErrorBoundary fallback={props.failed()}>
            <Suspense fallback={props.pending()}>{props.inside()}</Suspense>
          </ErrorBoundary>
        </KPopover.Content>
      </KPopover.Portal>
    </KPopover.Root>
  )
}
