import { Show, createEffect } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { createPart } from '../part.ts'
import type { AttachmentListProps } from './attachment-list.tsx'

const list = createPart(() => import('./attachment-list.tsx'))

/** The files of a message. The code for it comes with the first one. */
export function Attachments(props: AttachmentListProps) {
  // What can't be fetched is fetched with the next one.
  createEffect(() => {
    if (props.attachments.length > 0) list.want().catch(() => undefined)
  })
  return (
    <Show when={props.attachments.length > 0 && list.here()}>
      {(here) => <Dynamic component={here().AttachmentList} {...props} />}
    </Show>
  )
}
