import * as KDialog from '@kobalte/core/dialog'
import { X } from 'lucide'
import { Show, createComputed, untrack, type JSX } from 'solid-js'
import { uiWords } from '../words/ui.ts'
import { Button, type ButtonLook } from './button.tsx'
import { Icon } from './icon.tsx'
import { InDialogContext } from './in-dialog.ts'
import styles from './dialog.module.css'

type ModalProps = {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly description?: JSX.Element | undefined
  readonly children?: JSX.Element
  readonly footer?: JSX.Element | undefined
  /** Its content is only read: it takes the focus itself, so that keys can scroll it. */
  readonly reading?: boolean | undefined
  /** Takes the focus at the end where what had it before is gone. */
  readonly onFocusLost?: (() => void) | undefined
}

/** A modal dialog, in the middle of wide screens and from below on phones. Traps focus and gives it back. */
export function Dialog(props: ModalProps & { readonly size?: 'md' | 'lg' | undefined }) {
  return <Modal {...props} kind="dialog" />
}

/**
 * From below on phones, over the right edge on wider screens. `turn` draws the amber edge of an ask. Nothing is lost when it is left,
 * so whoever wants to go elsewhere need not close it first (`data-leave`).
 */
export function Sheet(props: ModalProps & { readonly turn?: boolean | undefined }) {
  return <Modal {...props} kind="sheet" />
}

/** Asks before what can't be undone. The verb of `confirm` says what happens. */
export function ConfirmDialog(props: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly description?: JSX.Element | undefined
  readonly confirm: string
  readonly tone?: ButtonLook['tone']
  readonly onConfirm: () => void
}) {
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => props.onOpenChange(open)}
      title={props.title}
      description={props.description}
      footer={
        <>
          <Button size="lg" onClick={() => props.onOpenChange(false)}>
            {uiWords.cancel}
          </Button>
          <Button
            size="lg"
            tone={props.tone ?? 'ink'}
            onClick={() => {
              props.onOpenChange(false)
              props.onConfirm()
            }}
          >
            {props.confirm}
          </Button>
        </>
      }
    />
  )
}

function Modal(
  props: ModalProps & {
    readonly kind: 'dialog' | 'sheet'
    readonly size?: 'md' | 'lg' | undefined
    readonly turn?: boolean | undefined
  },
) {
  const giveBack = useOpener(
    () => props.open,
    () => props.onFocusLost?.(),
  )
  let openedAt = 0
  createComputed(() => {
    if (props.open) openedAt = performance.now()
  })
  return (
    <KDialog.Root open={props.open} onOpenChange={(open) => props.onOpenChange(open)} modal preventScroll={false}>
      <KDialog.Portal>
        <KDialog.Overlay class={styles.scrim} />
        <div class={styles.place} data-kind={props.kind}>
          <KDialog.Content
            class={styles.modal}
            data-kind={props.kind}
            data-size={props.size}
            data-turn={props.turn ? '' : undefined}
            data-leave={props.kind === 'sheet' || props.reading ? '' : undefined}
            onOpenAutoFocus={(event) => {
              event.preventDefault()
              const { target } = event
              // Kobalte calls this within an effect: what is read while the focus moves must not make it run again, which would end its hold on the focus.
              if (target instanceof HTMLElement) untrack(() => firstField(target).focus())
            }}
            onCloseAutoFocus={giveBack}
            onPointerDownOutside={(event) => {
              // Kobalte tells of a touch once it is a click, also while a dialog goes away: what opens it anew must not close it at once.
              if (event.detail.originalEvent.timeStamp < openedAt) event.preventDefault()
            }}
          >
            <span class={styles.grab} aria-hidden="true" />
            <header class={styles.head}>
              <KDialog.Title class={styles.title}>{props.title}</KDialog.Title>
              <KDialog.CloseButton class={styles.close} aria-label={uiWords.close}>
                <Icon of={X} />
              </KDialog.CloseButton>
            </header>
            <Show when={props.description}>
              <KDialog.Description as="div" class={styles.description}>
                {props.description}
              </KDialog.Description>
            </Show>
            <Show when={props.children}>
              <div class={styles.body} tabIndex={props.reading ? 0 : undefined}>
                <InDialogContext.Provider value>{props.children}</InDialogContext.Provider>
              </div>
            </Show>
            <Show when={props.footer}>
              <footer class={styles.footer}>{props.footer}</footer>
            </Show>
          </KDialog.Content>
        </div>
      </KDialog.Portal>
    </KDialog.Root>
  )
}

/**
 * For `onCloseAutoFocus`: gives the focus back to what had it when `open` became true. Whoever opens a dialog here is not
 * Kobalte's trigger. `instead` takes it when that is gone.
 */
export function useOpener(open: () => boolean, instead?: () => void): (event: Event) => void {
  let opener: Element | null = null
  createComputed(() => {
    if (open()) opener = document.activeElement
  })
  return (event) => {
    event.preventDefault()
    if (opener instanceof HTMLElement && opener !== document.body && opener.isConnected) opener.focus()
    else instead?.()
  }
}

/** Where the focus goes first: to what is to be filled in, else to the dialog itself, which is then read out. */
function firstField(content: HTMLElement): HTMLElement {
  return content.querySelector<HTMLElement>('input:not(:disabled), textarea:not(:disabled)') ?? content
}
