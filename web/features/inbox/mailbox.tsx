import { createSignal } from 'solid-js'
import type { InboxFilter } from '../../state/inbox-search.ts'
import { InboxView } from './inbox-view.tsx'

/** The inbox over whatever page is open. */
export function Mailbox(props: { readonly onClose: () => void }) {
  const [show, setShow] = createSignal<InboxFilter>('all')
  return <InboxView panel show={show()} onShow={setShow} onLeave={() => props.onClose()} />
}
