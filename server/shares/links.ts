import { timingSafeEqual } from 'node:crypto'
import { personOf, accessOf, Share, type ShareAccess } from '#shared/domain/share.ts'
import { RunId, type TeamId, type UserId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import type { SharedGate, SharedYou } from '#shared/protocol/shared-run.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { roleIn } from '../auth/accounts.ts'
import type { Actor } from '../auth/actor.ts'
import type { Queryable } from '../db/database.ts'
import type { RunAccess } from '../runs/access.ts'

export type LinksDeps = {
  readonly database: Queryable
  readonly store: SpaceStore
  readonly access: RunAccess
}

/** A link that is right, before it is asked who has it. */
export type OpenLink = { readonly runId: RunId; readonly teamId: TeamId; readonly share: Share }

/** What the link opens to who has it. */
export type Opened = OpenLink & { readonly guest: Actor | undefined; readonly granted: ShareAccess }

/** The link as it stands now. An unknown run, one that is not shared, and a wrong secret can't be told apart. */
export async function findLink(
  deps: LinksDeps,
  given: { runId: string; secret: string },
): Promise<OpenLink | undefined> {
  const runId = RunId.safeParse(given.runId).data
  if (runId === undefined) return undefined
  const teamId = await deps.access.teamOf(runId)
  if (teamId === undefined) return undefined
  const { rows } = await deps.store.read(teamSpace(teamId), [keys.share(runId)])
  return toLink({ runId, teamId, secret: given.secret }, rows[0]?.value)
}

/** The same from a row that is at hand. */
export function toLink(
  { runId, teamId, secret }: Pick<OpenLink, 'runId' | 'teamId'> & { readonly secret: string },
  row: unknown,
): OpenLink | undefined {
  const share = Share.safeParse(row).data
  return share !== undefined && isSameSecret(share.secret, secret) ? { runId, teamId, share } : undefined
}

/** What the link opens, or why it opens nothing. */
export async function openLink(
  deps: Pick<LinksDeps, 'database'>,
  link: OpenLink,
  actor: Actor | undefined,
): Promise<Opened | SharedGate> {
  if (actor !== undefined && (await roleIn(deps.database, link.teamId, actor.userId)) !== undefined)
    return { gate: 'member', teamId: link.teamId, chosen: actor.teamId === link.teamId }
  return openedTo(link, actor)
}

/** For somebody who is not in the run's team. */
export function openedTo(link: OpenLink, actor: Actor | undefined): Opened | SharedGate {
  const granted = accessOf(link.share, actor)
  if (granted !== undefined) return { ...link, guest: actor, granted }
  if (actor === undefined) return { gate: 'sign_in' }
  return { gate: 'not_named', email: actor.email, ...askedBy(link.share, actor.userId) }
}

/** How the guest is told who they are. `id`: their stand-in. */
export function toYou({ share, guest, granted }: Opened, standIn: (id: UserId) => UserId): SharedYou {
  if (guest === undefined) return { access: granted }
  return { access: granted, id: standIn(guest.userId), name: guest.name, ...askedBy(share, guest.userId) }
}

/** Whether this guest is one of those who are named, and not merely anyone. */
export function isNamed({ share, guest }: Pick<Opened, 'share' | 'guest'>): boolean {
  return guest !== undefined && personOf(share, guest) !== undefined
}

function askedBy(share: Share, userId: UserId): { asked?: ShareAccess } {
  const request = share.requests.find((one) => one.userId === userId)
  return request === undefined ? {} : { asked: request.wants }
}

/** In a time that tells nothing of where they differ. */
export function isSameSecret(right: string, given: string): boolean {
  const [a, b] = [Buffer.from(right), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
