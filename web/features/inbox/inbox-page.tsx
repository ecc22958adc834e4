import { getRouteApi, useNavigate, useRouter } from '@tanstack/solid-router'
import type { InboxFilter } from '../../state/inbox-search.ts'
import { useTitle } from '../../state/title.ts'
import { inboxWords } from '../../words/inbox.ts'
import { InboxView } from './inbox-view.tsx'

const route = getRouteApi('/workspace/inbox')

/** `/inbox` */
export function InboxPage() {
  const search = route.useSearch()
  const navigate = useNavigate()
  const router = useRouter()
  useTitle(() => inboxWords.title)
  const show = (filter: InboxFilter) =>
    void navigate({ to: '/inbox', search: filter === 'all' ? {} : { show: filter }, replace: true })
  const leave = () => {
    if (router.history.canGoBack()) router.history.back()
    else void navigate({ to: '/runs' })
  }
  return <InboxView show={search().show ?? 'all'} onShow={show} onLeave={(why) => why === 'left' && leave()} />
}
