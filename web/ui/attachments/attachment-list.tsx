import { File as FileIcon, FileText, RotateCw, X } from 'lucide'
import { For, Show, createEffect, createSignal, on, onCleanup } from 'solid-js'
import { mimeTypeOf } from '#shared/domain/attachment-type.ts'
import { isPicture, type Attachment } from '#shared/domain/attachment.ts'
import { attachmentWords } from '../../words/attachments.ts'
import { Button } from '../button.tsx'
import { Dialog } from '../dialog.tsx'
import { Icon } from '../icon.tsx'
import styles from './attachment-list.module.css'

/** `undefined`: neither here nor to be had now. */
export type ReadAttachment = (attachment: Attachment) => Promise<ArrayBuffer | Uint8Array<ArrayBuffer> | undefined>

export type AttachmentListProps = {
  readonly attachments: readonly Attachment[]
  readonly read: ReadAttachment
  /** Absent: they stay. */
  readonly onRemove?: ((attachment: Attachment) => void) | undefined
  /** Of one that the server does not have: what is to be said, and whether it takes a person to go on. */
  readonly stateOf?:
    | ((attachment: Attachment) => { readonly text: string; readonly refused: boolean } | undefined)
    | undefined
  readonly onRetry?: ((attachment: Attachment) => void) | undefined
}

/** The files of a message: small pictures, names and sizes. A picture opens, any other file is saved; nothing of them runs. */
export function AttachmentList(props: AttachmentListProps) {
  const [shown, setShown] = createSignal<Attachment>()
  const [last, setLast] = createSignal<Attachment>()
  const open = (attachment: Attachment): void => {
    setLast(attachment)
    setShown(attachment)
  }
  return (
    <>
      <ul class={styles.list} aria-label={attachmentWords.label}>
        <For each={props.attachments}>
          {(attachment) => <Item {...props} attachment={attachment} onOpen={() => open(attachment)} />}
        </For>
      </ul>
      <Dialog
        open={shown() !== undefined}
        onOpenChange={(isOpen) => !isOpen && setShown(undefined)}
        title={last()?.name ?? ''}
        size="lg"
        reading
      >
        <Show when={last()}>{(attachment) => <Whole attachment={attachment()} read={props.read} />}</Show>
      </Dialog>
    </>
  )
}

function Item(props: AttachmentListProps & { readonly attachment: Attachment; readonly onOpen: () => void }) {
  const picture = () => isPicture(props.attachment)
  const url = useUrl(
    () => (picture() ? props.attachment : undefined),
    (one) => props.read(one),
  )
  const [problem, setProblem] = createSignal<string>()
  const state = () => props.stateOf?.(props.attachment)
  const press = async (): Promise<void> => {
    if (picture()) return props.onOpen()
    setProblem(undefined)
    if (!(await saveFile(props.attachment, props.read))) setProblem(attachmentWords.fileGone)
  }
  return (
    <li class={styles.item} data-picture={picture() ? '' : undefined}>
      <button
        type="button"
        class={styles.open}
        aria-label={`${picture() ? attachmentWords.open(props.attachment.name) : attachmentWords.save(props.attachment.name)}, ${attachmentWords.size(props.attachment.bytes)}`}
        onClick={() => void press()}
      >
        <Show
          when={url()}
          fallback={
            <span class={styles.glyph}>
              <Icon of={props.attachment.type === 'text' ? FileText : FileIcon} />
            </span>
          }
        >
          {(address) => <img class={styles.thumb} src={address()} alt="" />}
        </Show>
        <span class={styles.about}>
          <span class={styles.name} dir="auto">
            {props.attachment.name}
          </span>
          <span class={styles.size}>{attachmentWords.size(props.attachment.bytes)}</span>
        </span>
      </button>
      <Show when={props.onRemove}>
        {(remove) => (
          <button
            type="button"
            class={styles.remove}
            aria-label={attachmentWords.remove(props.attachment.name)}
            title={attachmentWords.remove(props.attachment.name)}
            onClick={() => remove()(props.attachment)}
          >
            <Icon of={X} size="sm" />
          </button>
        )}
      </Show>
      <Show when={problem() ?? state()?.text}>
        {(text) => (
          <span class={styles.state} role="status" data-refused={state()?.refused ? '' : undefined}>
            {text()}
          </span>
        )}
      </Show>
      <Show when={state()?.refused && props.onRetry}>
        {(retry) => (
          <Button size="sm" icon={RotateCw} onClick={() => retry()(props.attachment)}>
            {attachmentWords.again}
          </Button>
        )}
      </Show>
    </li>
  )
}

function Whole(props: { readonly attachment: Attachment; readonly read: ReadAttachment }) {
  const url = useUrl(
    () => props.attachment,
    (one) => props.read(one),
  )
  return (
    <div class={styles.whole}>
      <Show when={url()} fallback={<p class={styles.state}>{attachmentWords.gone}</p>}>
        {(address) => <img class={styles.large} src={address()} alt={props.attachment.name} />}
      </Show>
      <Button onClick={() => void saveFile(props.attachment, props.read)}>{attachmentWords.saveButton}</Button>
    </div>
  )
}

/** An address of a picture's bytes, as long as it is shown. */
function useUrl(
  wanted: () => Attachment | undefined,
  read: (attachment: Attachment) => ReturnType<ReadAttachment>,
): () => string | undefined {
  const [url, setUrl] = createSignal<string>()
  createEffect(
    on(
      () => wanted()?.blob,
      () => {
        const attachment = wanted()
        if (attachment === undefined) return
        let isOver = false
        let made: string | undefined
        void read(attachment).then(
          (content) => {
            if (isOver || content === undefined) return
            made = URL.createObjectURL(new Blob([content], { type: mimeTypeOf(attachment.type) }))
            setUrl(made)
          },
          () => undefined,
        )
        onCleanup(() => {
          isOver = true
          setUrl(undefined)
          if (made !== undefined) URL.revokeObjectURL(made)
        })
      },
    ),
  )
  return url
}

/** As bytes of no kind, so that no browser opens it. */
async function saveFile(attachment: Attachment, read: ReadAttachment): Promise<boolean> {
  const content = await read(attachment).catch(() => undefined)
  if (content === undefined) return false
  const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  link.download = attachment.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
  return true
}
