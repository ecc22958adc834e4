import type { Member, Role } from '#shared/domain/team.ts'
import { TeamId, UserId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import type { Refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import type { Result } from '#shared/result.ts'
import type { Queryable } from '../db/database.ts'
import type { AuthDeps } from './ports.ts'

export type NewPerson = { readonly name: string; readonly email: string; readonly passwordHash?: string | undefined }

type Ids = Pick<AuthDeps, 'now' | 'randomBytes'>

/** An id as better-auth makes them: opaque, 32 characters. */
export function newAuthId({ randomBytes }: Pick<AuthDeps, 'randomBytes'>): string {
  return Buffer.from(randomBytes(16)).toString('hex')
}

/** Adds a person, without any team. Refuses `conflict` when the email is taken. */
export async function addPerson(tx: Queryable, person: NewPerson, deps: Ids): Promise<Result<UserId, Refusal>> {
  const id = UserId.parse(newAuthId(deps))
  const at = new Date(deps.now())
  const added = await tx.query(
    'insert into "user" (id, name, email, email_verified, created_at, updated_at) values ($1, $2, $3, false, $4, $4) on conflict (email) do nothing returning id',
    [id, person.name, person.email.toLowerCase(), at],
  )
  if (added.length === 0)
    return err(refusal('conflict', 'This email already has an account here. Sign in, then open the link again.'))
  if (person.passwordHash !== undefined) await setPasswordHash(tx, id, person.passwordHash, deps)
  return ok(id)
}

export async function setPasswordHash(tx: Queryable, userId: UserId, hash: string, deps: Ids): Promise<void> {
  await tx.query(
    `insert into account (id, account_id, provider_id, user_id, password, created_at, updated_at) values ($1, $2, 'credential', $2, $3, $4, $4)
     on conflict (provider_id, account_id) do update set password = excluded.password, updated_at = excluded.updated_at`,
    [newAuthId(deps), userId, hash, new Date(deps.now())],
  )
}

/** Makes a team with this person as its owner. */
export async function addTeam(tx: Queryable, name: string, owner: UserId, deps: Ids): Promise<TeamId> {
  const id = TeamId.parse(newAuthId(deps))
  await tx.query('insert into organization (id, name, slug, created_at) values ($1, $2, $1, $3)', [
    id,
    name,
    new Date(deps.now()),
  ])
  await addMember(tx, id, owner, 'owner', deps)
  return id
}

/** Says whether the person is new in the team; somebody who is in it keeps their role. */
export async function addMember(
  tx: Queryable,
  teamId: TeamId,
  userId: UserId,
  role: Role,
  deps: Ids,
): Promise<boolean> {
  const added = await tx.query(
    'insert into member (id, organization_id, user_id, role, created_at) values ($1, $2, $3, $4, $5) on conflict (organization_id, user_id) do nothing returning id',
    [newAuthId(deps), teamId, userId, role, new Date(deps.now())],
  )
  return added.length > 0
}

export function personalTeamName(name: string): string {
  const short = [...name].slice(0, 60).join('')
  return `${short}${/[sS]$/.test(short) ? '’' : '’s'} team`
}

type MemberRow = { user_id: string; name: string; email: string; role: Role; created_at: Date; place: number }

/** The members of a team in the order of joining, as their rows are synced. */
export async function readMembers(db: Queryable, teamId: TeamId, only?: UserId): Promise<Member[]> {
  const rows = await db.query<MemberRow>(
    `select * from (
       select m.user_id, u.name, u.email, m.role, m.created_at, (row_number() over (order by m.created_at, m.id))::int as place
       from member m join "user" u on u.id = m.user_id where m.organization_id = $1
     ) members where $2::text is null or user_id = $2 order by place`,
    [teamId, only ?? null],
  )
  return rows.map((row) => ({
    userId: UserId.parse(row.user_id),
    name: row.name,
    email: row.email,
    role: row.role,
    hue: ((row.place - 1) % 3) + 1,
    joinedAt: row.created_at.getTime(),
  }))
}

export type TeamRecord = { readonly id: TeamId; readonly name: string; readonly createdAt: number }

export async function readTeam(db: Queryable, teamId: TeamId): Promise<TeamRecord | undefined> {
  const [row] = await db.query<{ id: string; name: string; created_at: Date }>(
    'select id, name, created_at from organization where id = $1',
    [teamId],
  )
  return row && { id: TeamId.parse(row.id), name: row.name, createdAt: row.created_at.getTime() }
}

/** The role in a team, read under a lock of the team when changes depend on it. */
export async function roleIn(db: Queryable, teamId: TeamId, userId: UserId): Promise<Role | undefined> {
  const [row] = await db.query<{ role: Role }>('select role from member where organization_id = $1 and user_id = $2', [
    teamId,
    userId,
  ])
  return row?.role
}

/** Changes of one team's members wait for each other from here to the end of the transaction. */
export async function lockTeam(tx: Queryable, teamId: TeamId): Promise<void> {
  await tx.query('select 1 from organization where id = $1 for update', [teamId])
}
