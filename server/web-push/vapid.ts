import webPush from 'web-push'
import { z } from 'zod'
import type { Database } from '../db/database.ts'

/** The server's key pair towards push services (VAPID, RFC 8292), base64url. */
export const VapidKeys = z.object({ publicKey: z.string(), privateKey: z.string() })
export type VapidKeys = z.infer<typeof VapidKeys>

/** In the table `server_secret`. */
const name = 'vapid'

/**
 * Made at the first start and kept in the database: with other keys every subscription would be refused, so they come back with a
 * restored backup and are the same for all servers on one database. Alone they open nothing: a push also needs a subscription.
 */
export async function loadVapidKeys(database: Pick<Database, 'query'>, now: number): Promise<VapidKeys> {
  const read = async (): Promise<VapidKeys | undefined> => {
    const [row] = await database.query<{ value: string }>('select value from server_secret where name = $1', [name])
    return row === undefined ? undefined : VapidKeys.parse(JSON.parse(row.value))
  }
  const known = await read()
  if (known !== undefined) return known
  // Of several servers that start at once, the first one's hold.
  await database.query(
    'insert into server_secret (name, value, created_at) values ($1, $2, $3) on conflict (name) do nothing',
    [name, JSON.stringify(webPush.generateVAPIDKeys()), now],
  )
  const made = await read()
  if (made === undefined) throw new Error('the keys for pushes can’t be read back after they were written')
  return made
}

/**
 * Whom a push service can turn to (RFC 8292, 2.1): the public address where it is a real https one, else the owner's email. Apple
 * refuses names of this machine with 403 BadJwtToken.
 */
export function vapidSubject(publicUrl: URL, ownerEmail: string | undefined): string {
  if (publicUrl.protocol === 'https:' && isPublicName(publicUrl.hostname)) return publicUrl.origin
  const domain = ownerEmail?.split('@').at(-1)
  if (ownerEmail !== undefined && domain !== undefined && isPublicName(domain)) return `mailto:${ownerEmail}`
  return 'mailto:drover@example.org'
}

function isPublicName(host: string): boolean {
  return host.includes('.') && !/^[\d.]+$|^\[|\.(?:localhost|local|internal|test|invalid|lan|home\.arpa)$/.test(host)
}
