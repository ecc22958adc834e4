import { TeamId, UserId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'

/** Whose team it is. */
export type Who = { readonly userId: UserId; readonly teamId: TeamId }

const key = 'drover/last-workspace'
/** A page that is no page of a team, or of nobody any more, does not keep it open. */
const waitMs = 5_000

/**
 * Opens the workspace that was open here last while the page is still being made, since the stores of one take a tenth of a second to open. The
 * answer opens a workspace: that one for whom it belongs to, else theirs.
 */
export function openEarly(
  storage: Pick<Storage, 'getItem' | 'setItem'>,
  open: (who: Who) => Promise<Workspace>,
): (who: Who) => Promise<Workspace> {
  const last = parse(storage.getItem(key))
  let early = last && { who: last, opening: open(last) }
  // Whoever takes it hears of a failure.
  early?.opening.catch(() => undefined)
  const drop = (): void => {
    early?.opening.then((workspace) => workspace.close()).catch(() => undefined)
    early = undefined
  }
  const timer = setTimeout(drop, waitMs)

  return (who) => {
    clearTimeout(timer)
    const known = early
    if (known !== undefined && known.who.userId === who.userId && known.who.teamId === who.teamId) {
      early = undefined
      return known.opening
    }
    drop()
    storage.setItem(key, `${who.userId} ${who.teamId}`)
    return open(who)
  }
}

function parse(text: string | null): Who | undefined {
  const [userId, teamId] = (text ?? '').split(' ')
  const [user, team] = [UserId.safeParse(userId), TeamId.safeParse(teamId)]
  return user.success && team.success ? { userId: user.data, teamId: team.data } : undefined
}
