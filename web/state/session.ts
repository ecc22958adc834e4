import { createSignal, type Accessor } from 'solid-js'
import { z } from 'zod'
import { Role } from '#shared/domain/team.ts'
import { TeamId, UserId } from '#shared/ids.ts'
import { createStrictContext } from './context.ts'
import type { DeviceStorage } from '../pwa/storage.ts'
import type { DeviceStore } from './device-store.ts'

const Team = z.object({ id: TeamId, name: z.string() })
type Team = z.infer<typeof Team>

/** `GET /api/v1/me`. */
export const Me = z.object({
  user: z.object({ id: UserId, name: z.string(), email: z.string() }),
  team: Team,
  role: Role,
  teams: z.array(Team).default([]),
  sessionId: z.string(),
})
export type Me = z.infer<typeof Me>

/** What a device forgets with a team that its person is no longer in. */
export type ForgetTeam = (userId: UserId, teamId: TeamId) => Promise<void>

export type SessionState =
  | { readonly type: 'opening' }
  /** `ended`: this device was signed in before. */
  | { readonly type: 'signed_out'; readonly ended: boolean }
  /** `confirmed` is `false` while this is only what the device remembers. */
  | { readonly type: 'signed_in'; readonly me: Me; readonly confirmed: boolean }
  /** Nobody is known on this device, and the server can't be asked. */
  | { readonly type: 'unreachable' }

export type Session = {
  readonly state: Accessor<SessionState>
  /** Teams that this person was in when the device last knew, and is no longer; until a person has read it. */
  readonly left: Accessor<readonly Team[]>
  readonly forgetLeft: () => void
  /** The browser has cleared what this device kept, without being asked; until a person has read it. */
  readonly cleared: Accessor<boolean>
  readonly forgetCleared: () => void
  /** Asks the server who this is: after signing in, switching teams, or to try again. */
  readonly refresh: () => Promise<void>
  /** This device no longer knows anybody. Signing out on the server is the caller's. */
  readonly forget: () => Promise<void>
}

export const [SessionContext, useSession] = createStrictContext<Session>('Session')

export type FetchMe = () => Promise<
  { readonly type: 'me'; readonly me: unknown } | { readonly type: 'signed_out' } | { readonly type: 'unreachable' }
>

const keptKey = 'session/me'

/**
 * Opens with the identity this device remembers, so that a cold start needs no network, then asks the server. Only the
 * server's "signed out" signs out; a server that can't be reached changes nothing.
 */
export function createSession(deps: {
  readonly store: DeviceStore
  readonly fetchMe: FetchMe
  readonly forgetTeam: ForgetTeam
  readonly mark: DeviceStorage['mark']
}): Session {
  const [state, setState] = createSignal<SessionState>({ type: 'opening' })
  const [left, setLeft] = createSignal<readonly Team[]>([])
  const [cleared, setCleared] = createSignal(false)

  const refresh = async (): Promise<void> => {
    const answer = await deps.fetchMe()
    const known = state()
    switch (answer.type) {
      case 'me': {
        const me = Me.safeParse(answer.me)
        if (!me.success) return setUnreachable(known)
        await deps.store.set(keptKey, me.data).then(deps.mark.set, () => undefined)
        setState({ type: 'signed_in', me: me.data, confirmed: true })
        if (known.type === 'signed_in') await leave(known.me, me.data)
        return
      }
      case 'signed_out':
        await deps.store.del(keptKey).catch(() => undefined)
        deps.mark.clear()
        setState({ type: 'signed_out', ended: known.type === 'signed_in' })
        return
      case 'unreachable':
        setUnreachable(known)
    }
  }

  /** What this person may no longer read does not stay on the device. */
  const leave = async (before: Me, now: Me): Promise<void> => {
    if (before.user.id !== now.user.id) return
    const gone = [...before.teams.filter(({ id }) => id !== before.team.id), before.team].filter(
      (team) => team.id !== now.team.id && now.teams.every(({ id }) => id !== team.id),
    )
    if (gone.length === 0) return
    setLeft([...left(), ...gone])
    await Promise.allSettled(gone.map((team) => deps.forgetTeam(now.user.id, team.id)))
  }

  const setUnreachable = (known: SessionState): void => {
    if (known.type !== 'signed_in') setState({ type: 'unreachable' })
  }

  const open = async (): Promise<void> => {
    const kept = Me.safeParse(await deps.store.get(keptKey).catch(() => undefined))
    setCleared(!kept.success && deps.mark.isSet())
    if (kept.success) setState({ type: 'signed_in', me: kept.data, confirmed: false })
    await refresh()
  }
  void open()

  return {
    state,
    left,
    forgetLeft: () => setLeft([]),
    cleared,
    forgetCleared: () => setCleared(false),
    refresh,
    async forget() {
      await deps.store.del(keptKey).catch(() => undefined)
      deps.mark.clear()
      setState({ type: 'signed_out', ended: false })
    },
  }
}

/**
 * The real question; any answer that is neither an identity nor "signed out" counts as unreachable. Both are JSON: a 401 of
 * something in between says nothing about this session.
 */
export const fetchMe: FetchMe = async () => {
  try {
    const response = await fetch('/api/v1/me', {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(10_000),
    })
    const answer: unknown = await response.json()
    if (response.status === 401) return { type: 'signed_out' }
    return response.ok ? { type: 'me', me: answer } : { type: 'unreachable' }
  } catch {
    return { type: 'unreachable' }
  }
}
