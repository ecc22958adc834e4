import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { isPersonalKey, personalKeyPrefix } from '#shared/domain/personal-key.ts'
import { BlobHash } from '#shared/ids.ts'
import { droverVersion } from '#shared/version.ts'
import type { GetPiece, PutPiece } from '../snapshot/content.ts'

/** What this person's command line is signed in to. Whoever reads the file acts as them, so nobody else may. */
const Session = z.object({ url: z.url(), cookie: z.string().min(1) })
type Session = z.infer<typeof Session>

/** A sentence for the person at the terminal. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

export interface DroverServer {
  readonly url: string
  get(path: string): Promise<unknown>
  post(path: string, body: unknown): Promise<unknown>
  patch(path: string, body: unknown): Promise<unknown>
  delete(path: string): Promise<void>
  readonly put: PutPiece
  readonly fetchPiece: GetPiece
}

export function sessionFile(variables: Readonly<Record<string, string | undefined>>): string {
  return join(variables['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'drover', 'session.json')
}

/** Signs in with the one-time link that the app shows, and keeps the session. @returns the address of the server. */
export async function signIn(link: string, file: string): Promise<string> {
  const parsed = URL.canParse(link) ? new URL(link) : undefined
  const token = new URLSearchParams(parsed?.hash.slice(1)).get('token')
  if (parsed === undefined || token === null)
    throw new CommandError(
      'This is no link of Drover’s for signing a device in. It looks like http://…/pair/phone#token=…',
    )
  const answer = await send(parsed.origin, '/api/v1/pairing/accept', { method: 'POST', body: { token } })
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0] ?? '')
    .join('; ')
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, JSON.stringify({ url: parsed.origin, cookie } satisfies Session), { mode: 0o600 })
  await rename(`${file}.new`, file)
  return parsed.origin
}

/** As whom a request is sent: the session that `drover login` made, or a key of a person. */
type Credential = { readonly cookie: string } | { readonly key: string }

/**
 * @param url of the server that is meant, where one is named.
 * @param key `DROVER_API_KEY`: of a person, it takes the place of the session. That of a runner is none of a person's, and counts for nothing here.
 */
export async function openServer(file: string, url: string | undefined, key?: string): Promise<DroverServer> {
  if (key?.startsWith(personalKeyPrefix) === true) return connect(byKey(url, key), { key })
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const session = Session.safeParse(text === undefined ? undefined : parseJson(text))
  if (!session.success)
    throw new CommandError(
      key === undefined || key === ''
        ? 'You are not signed in here. In the app, “Sign in the command line” under Settings, Devices, shows the command for that. A program signs in with an API key of yours in DROVER_API_KEY.'
        : 'DROVER_API_KEY is no API key of a person: those begin with drp_ and are made in the app under Settings, Devices. An agent key (drv_) is for runners.',
    )
  const { url: known, cookie } = session.data
  if (url !== undefined && new URL(url).origin !== known)
    throw new CommandError(
      `You are signed in to ${known} here, not to ${url}. In its app, “Sign in the command line” under Settings, Devices, shows the command for that.`,
    )
  return connect(known, { cookie })
}

/** @returns the address that the key is sent to. */
function byKey(url: string | undefined, key: string): string {
  if (!isPersonalKey(key))
    throw new CommandError(
      'The API key in DROVER_API_KEY is not whole. It begins with drp_ and has 43 characters more.',
    )
  if (url === undefined || !URL.canParse(url) || !/^https?:/.test(url))
    throw new CommandError(
      'With DROVER_API_KEY the command needs the address of the server in DROVER_URL, such as https://drover.example.com.',
    )
  return new URL(url).origin
}

function connect(known: string, credential: Credential): DroverServer {
  const ask = (path: string, how: Omit<Ask, 'as'> = {}): Promise<Response> =>
    send(known, path, { ...how, as: credential })
  return {
    url: known,
    get: async (path) => (await ask(path)).json(),
    post: async (path, body) => (await ask(path, { method: 'POST', body })).json(),
    patch: async (path, body) => (await ask(path, { method: 'PATCH', body })).json(),
    delete: async (path) => {
      await (await ask(path, { method: 'DELETE' })).body?.cancel()
    },
    put: async (piece) => {
      const hash = BlobHash.parse(createHash('sha256').update(piece).digest('hex'))
      await ask(`/api/v1/blobs/${hash}`, { method: 'PUT', raw: piece })
      return hash
    },
    fetchPiece: async (hash) => new Uint8Array(await (await ask(`/api/v1/blobs/${hash}`)).arrayBuffer()),
  }
}

interface Ask {
  method?: string
  body?: unknown
  raw?: Uint8Array
  /** Absent: nobody yet. */
  as?: Credential
}

const Refused = z.object({ error: z.string() })
const attempts = 4
/** As devices are listed. */
const systemName = platform() === 'darwin' ? 'Mac OS X' : platform() === 'linux' ? 'Linux' : platform()

/** What a cut network lost is sent again: each request has an id or a hash, so twice is once. */
async function send(origin: string, path: string, { method = 'GET', body, raw, as }: Ask): Promise<Response> {
  let last: unknown
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt))
    const answer = await fetch(`${origin}${path}`, {
      method,
      redirect: 'error',
      headers: {
        'user-agent': `drover/${droverVersion} (${systemName})`,
        ...signedAs(origin, as),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(raw === undefined ? {} : { body: Uint8Array.from(raw) }),
      signal: AbortSignal.timeout(60_000),
    }).catch((error: unknown) => {
      last = error
      return undefined
    })
    if (answer === undefined) continue
    if (answer.ok) return answer
    const why =
      Refused.safeParse(await answer.json().catch(() => undefined)).data?.error ?? `it answered ${answer.status}`
    if (answer.status === 401 && as !== undefined && 'key' in as) throw new CommandError(why)
    if (answer.status === 401)
      throw new CommandError(
        'Your session is over. In the app, “Sign in the command line” under Settings, Devices, shows how to sign in again.',
      )
    if (answer.status < 500 && answer.status !== 429) throw new CommandError(why)
    last = why
  }
  throw new CommandError(`${origin} can’t be reached: ${last instanceof Error ? last.message : String(last)}`)
}

/** A browser's session needs the origin that it belongs to; a key is sent by no page, and to whatever name the server is reached by. */
function signedAs(origin: string, as: Credential | undefined): Record<string, string> {
  if (as === undefined) return { origin }
  return 'key' in as ? { authorization: `Bearer ${as.key}` } : { origin, cookie: as.cookie }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
