import type { RouterHistory } from '@tanstack/solid-router'
import type { SharedDraft } from '#shared/domain/shared-draft.ts'
import type { Launch } from '../pwa/launch.ts'
import { draftFromHash, type Shares } from './shares.ts'

export type OnLaunch = (deliver: (launch: Launch) => void) => void

/** Takes up what the app was called with: what the address carries, files to open, a place to go to. */
export function takeUpLaunches(deps: {
  readonly history: RouterHistory
  readonly shares: Shares
  readonly onLaunch: OnLaunch | undefined
}): void {
  const { history, shares } = deps
  const { pathname, search, hash } = history.location
  const carried = draftFromHash(hash)
  if (carried !== undefined) {
    void shares.add(carried)
    history.replace(`${pathname}${search}`)
  }
  deps.onLaunch?.(({ path, files }) => {
    const now = `${history.location.pathname}${history.location.search}`
    if (files.length > 0) {
      void openFiles(files).then((draft) => shares.add(draft))
      if (now !== '/new') history.push('/new')
    } else if (path !== undefined && path !== now) history.push(path)
  })
}

/** Few are opened with files, so what reads them is fetched then. */
async function openFiles(files: readonly File[]): Promise<SharedDraft> {
  try {
    const { toSharedDraft } = await import('#shared/share.ts')
    return await toSharedDraft({ files })
  } catch {
    // The app could not be loaded whole, as after an update of the server with no worker here.
    return { text: '', leftOut: files.slice(0, 1).map(({ name }) => ({ name, why: 'unreadable' })) }
  }
}
