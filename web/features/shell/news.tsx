import { useLocation, useNavigate, useRouter } from '@tanstack/solid-router'
import type { DisplayState } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { createDesktopNotices } from '../../state/desktop-notices.ts'
import { placeOf, type InboxItem } from '../../state/inbox.ts'
import { useNews } from '../../state/news.ts'
import { usePushDevice } from '../../state/push.ts'
import { useTeamData } from '../../state/team-data.ts'
import { showNews } from '../../ui/toast.tsx'
import { visibleText } from '../../ui/text/visible-text.ts'
import { noticeText } from '../../words/inbox.ts'

const glyphs = {
  request: 'needs',
  complete: 'done',
  error: 'failed',
  access: 'needs',
  budget: 'queued',
} satisfies Record<InboxItem['note']['type'], DisplayState>

/**
 * Tells of what agents did while the app is open: by a toast where the page is seen, unless it is the run's own, and by the system
 * where it is not.
 */
export function News() {
  const data = useTeamData()
  const location = useLocation()
  const navigate = useNavigate()
  const router = useRouter()
  const desktop = createDesktopNotices(usePushDevice())
  useNews((item) => {
    const { runId } = item.note
    const run = data.runs.get(keys.run(runId))
    const title = run?.title ?? item.note.title
    const to = { to: '/runs/$runId', params: { runId }, search: placeOf(item, run) } as const
    const onOpen = () => void navigate(to)
    if (document.visibilityState !== 'visible')
      return desktop.show({
        tag: item.key,
        title,
        body: visibleText(noticeText(item.note)),
        href: router.buildLocation(to).href,
        onOpen,
      })
    if (location().pathname === `/runs/${runId}`) return undefined
    return showNews({ state: glyphs[item.note.type], title, text: noticeText(item.note), onOpen })
  })
  return null
}
