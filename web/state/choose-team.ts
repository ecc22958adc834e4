import { Nothing, request } from './account-api.ts'
import { useSession } from './session.ts'

/** Changes to another of one's teams on this device. Resolves with why it could not, in words. */
export function useChooseTeam(): (teamId: string) => Promise<string | undefined> {
  const session = useSession()
  return async (teamId) => {
    const done = await request(Nothing, 'POST', '/me/team', { teamId })
    if (!done.ok) return done.error.error
    await session.refresh()
    return undefined
  }
}
