import { z } from 'zod'
import { RunId, UserId } from '../ids.ts'

/** `steer`: may also write to the agent, answer its questions and stop it. */
export const ShareAccess = z.enum(['view', 'steer'])
export type ShareAccess = z.infer<typeof ShareAccess>

/** People who can be named, and requests that are kept, for one run. */
export const sharePeopleLimit = 50
export const shareRequestLimit = 50

/** 32 random bytes in base64url, made on the device that shares. */
export const ShareSecret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 43 letters of base64url')

export const ShareEmail = z.string().trim().toLowerCase().max(200).pipe(z.email())

/** Somebody who is named. `userId` and `name` come with the account that opened the link first; from then on it is that one alone. */
export const SharePerson = z.object({
  email: z.string().max(200),
  access: ShareAccess,
  userId: UserId.optional(),
  name: z.string().max(80).optional(),
})
export type SharePerson = z.infer<typeof SharePerson>

/** Somebody with the link and an account who wants to see the run, or to steer it. */
export const ShareRequest = z.object({
  userId: UserId,
  name: z.string().max(80),
  email: z.string().max(200),
  wants: ShareAccess,
  at: z.number(),
})
export type ShareRequest = z.infer<typeof ShareRequest>

/** Row `share/<runId>`: that a run is shared beyond its team, and with whom. Without it nobody else can see the run. */
export const Share = z.object({
  runId: RunId,
  secret: ShareSecret,
  /** Whoever has the link may look, without an account. */
  anyone: z.boolean(),
  people: z.array(SharePerson).max(sharePeopleLimit),
  requests: z.array(ShareRequest).max(shareRequestLimit),
  createdBy: UserId,
  createdAt: z.number(),
})
export type Share = z.infer<typeof Share>

/** The account of somebody who opens a link. */
export type Guest = { readonly userId: UserId; readonly email: string; readonly name: string }

/** The guest as the share names them. */
export function personOf(
  share: Pick<Share, 'people'>,
  guest: Pick<Guest, 'userId' | 'email'>,
): SharePerson | undefined {
  const email = guest.email.toLowerCase()
  return share.people.find((person) =>
    person.userId === undefined ? person.email === email : person.userId === guest.userId,
  )
}

/** What the link opens to this guest, or to somebody without an account. `undefined`: nothing. */
export function accessOf(
  share: Pick<Share, 'people' | 'anyone'>,
  guest: Pick<Guest, 'userId' | 'email'> | undefined,
): ShareAccess | undefined {
  const person = guest === undefined ? undefined : personOf(share, guest)
  return person?.access ?? (share.anyone ? 'view' : undefined)
}

/** The people with this one named as given; `undefined` where there is no room for one more. */
export function withPerson(people: readonly SharePerson[], person: SharePerson): SharePerson[] | undefined {
  const place = people.findIndex((one) =>
    one.userId === undefined || person.userId === undefined ? one.email === person.email : one.userId === person.userId,
  )
  if (place >= 0) return people.map((one, index) => (index === place ? { ...one, ...person } : one))
  return people.length >= sharePeopleLimit ? undefined : [...people, person]
}
