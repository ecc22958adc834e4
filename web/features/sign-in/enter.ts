import { useNavigate } from '@tanstack/solid-router'
import { useSession } from '../../state/session.ts'

/** After a sign-in: learns who this is, then goes on to `next`, leaving neither a token nor this page in the history. */
export function useEnter(): (next?: string) => Promise<void> {
  const session = useSession()
  const navigate = useNavigate()
  return async (next = '/runs') => {
    await session.refresh()
    await navigate({ to: next, replace: true })
  }
}
