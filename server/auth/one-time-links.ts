import { createHash } from 'node:crypto'
import { refusal } from '#shared/refusal.ts'
import type { Refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import type { Result } from '#shared/result.ts'
import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import type { AuthDeps } from './ports.ts'

export const linkKinds = ['welcome', 'reset', 'pairing'] as const
export type LinkKind = (typeof linkKinds)[number]

/** What is kept of a link: only the hash of its token, in `verification.identifier`, and this in `value`. */
const Kept = z.object({ subject: z.string().optional(), usedAt: z.number().optional(), usedBy: z.string().optional() })

export type OneTimeLink = {
  readonly id: string
  /** Whom it is about: a user's id for a reset or a pairing. */
  readonly subject: string | undefined
  readonly expiresAt: number
  readonly usedAt: number | undefined
  /** What the one who used it left: a session's id. */
  readonly usedBy: string | undefined
}

const TOKEN_BYTES = 32
/** How long after its end a link can still say that it was used or has expired. */
const KEEP_MS = 7 * 24 * 60 * 60_000

export type OneTimeLinks = ReturnType<typeof createOneTimeLinks>

/** Links that work once, for a while. */
export function createOneTimeLinks(deps: Pick<AuthDeps, 'now' | 'randomBytes'>) {
  const { now, randomBytes } = deps

  return {
    /** Makes a link and returns its token, which is not kept anywhere. */
    async create(db: Queryable, kind: LinkKind, options: { readonly lifeMs: number; readonly subject?: string }) {
      const token = Buffer.from(randomBytes(TOKEN_BYTES)).toString('base64url')
      const id = Buffer.from(randomBytes(16)).toString('hex')
      const expiresAt = now() + options.lifeMs
      await db.query('delete from verification where expires_at < $1', [new Date(now() - KEEP_MS)])
      await db.query(
        'insert into verification (id, identifier, value, expires_at, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)',
        [
          id,
          identifier(kind, token),
          JSON.stringify({ subject: options.subject }),
          new Date(expiresAt),
          new Date(now()),
        ],
      )
      return { id, token, expiresAt }
    },

    /** Looks at a link without using it. */
    look: (db: Queryable, kind: LinkKind, token: string) => find(db, kind, token, ''),

    /** Takes the link for good, within the caller's transaction: if that is rolled back, the link is unused again. */
    async take(tx: Queryable, kind: LinkKind, token: string): Promise<Result<OneTimeLink, Refusal>> {
      const found = await find(tx, kind, token, ' for update')
      if (!found.ok) return found
      await write(tx, found.value, { usedAt: now() })
      return found
    },

    /** Notes on a link that was taken who has used it. */
    note: (tx: Queryable, link: OneTimeLink, usedBy: string) => write(tx, link, { usedAt: now(), usedBy }),

    /** A link by its id, for the person who made it. */
    async byId(db: Queryable, kind: LinkKind, id: string, subject: string): Promise<OneTimeLink | undefined> {
      const rows = await db.query<Row>(`${SELECT} where id = $1 and identifier like $2`, [id, `drover:${kind}:%`])
      const link = rows[0] && parse(rows[0])
      return link?.subject === subject ? link : undefined
    },

    /** Ends every unused link of this kind and subject; without a subject, of this kind. */
    async revoke(db: Queryable, kind: LinkKind, subject?: string): Promise<void> {
      await db.query(
        "delete from verification where identifier like $1 and value::jsonb ->> 'usedAt' is null and ($2::text is null or value::jsonb ->> 'subject' = $2)",
        [`drover:${kind}:%`, subject ?? null],
      )
    },
  }

  async function find(
    db: Queryable,
    kind: LinkKind,
    token: string,
    lock: '' | ' for update',
  ): Promise<Result<OneTimeLink, Refusal>> {
    const rows = await db.query<Row>(`${SELECT} where identifier = $1${lock}`, [identifier(kind, token)])
    const link = rows[0] && parse(rows[0])
    if (!link) return err(refusal('not_found', 'This link is not known here.'))
    if (link.usedAt !== undefined) return err(refusal('expired', 'This link has been used.'))
    if (link.expiresAt <= now()) return err(refusal('expired', 'This link has expired.'))
    return ok(link)
  }

  async function write(db: Queryable, link: OneTimeLink, used: { usedAt: number; usedBy?: string }): Promise<void> {
    await db.query('update verification set value = $2, updated_at = $3 where id = $1', [
      link.id,
      JSON.stringify({ subject: link.subject, ...used }),
      new Date(now()),
    ])
  }
}

type Row = { id: string; value: string; expires_at: Date }
const SELECT = 'select id, value, expires_at from verification'

function parse(row: Row): OneTimeLink {
  const { subject, usedAt, usedBy } = Kept.parse(JSON.parse(row.value))
  return { id: row.id, subject, usedAt, usedBy, expiresAt: row.expires_at.getTime() }
}

/** 32 random bytes need no slow hash. */
function identifier(kind: LinkKind, token: string): string {
  return `drover:${kind}:${createHash('sha256').update(token).digest('hex')}`
}
