import type { z } from 'zod'
import type { GitHostKind } from '#shared/domain/git-host.ts'
import type { PullRequestOrder } from '#shared/domain/run-publish.ts'
import type { PullStatus } from '#shared/domain/pull-status.ts'
import { parseJson } from '#shared/domain/secret-value.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import type { HostCredential } from '../../git/credentials.ts'
import type { Roads } from '../../git/roads.ts'

export interface PullRequest {
  readonly number: number
  /** Its page. */
  readonly url: string
  readonly state: 'open' | 'draft'
}

/** A repository at its host, with what it is asked for by. */
export interface HostedRepository {
  readonly credential: HostCredential
  /** `owner/name`, or what the host has in the place of it. */
  readonly path: string
  readonly roads: Pick<Roads, 'request'>
  readonly signal: AbortSignal
}

export interface WantedPull extends Omit<PullRequestOrder, 'base'> {
  readonly head: string
  readonly base: string
}

/** What one kind of host needs to be told apart from the others. */
export interface PullRequestHost {
  /** The one that is open for this branch, into whatever other; `undefined`: there is none. @throws HostRefusal */
  findOpen(at: HostedRepository, head: string): Promise<PullRequest | undefined>
  /** How one stands now, with what its checks say where the token may read them. @throws HostRefusal */
  look(at: HostedRepository, number: number): Promise<PullStatus>
  /** @throws HostRefusal */
  create(at: HostedRepository, wanted: WantedPull): Promise<PullRequest>
  /** Pages of the repository. */
  branchPage(at: Pick<HostedRepository, 'credential' | 'path'>, branch: string): string
  commitPage(at: Pick<HostedRepository, 'credential' | 'path'>, commit: string): string
}

/** A host said no. */
export class HostRefusal extends Error {
  readonly refusal: Refusal
  /** It says that there is one already. */
  readonly exists: boolean
  constructor(given: Refusal, { exists = false } = {}) {
    super(given.detail ?? given.code)
    this.refusal = given
    this.exists = exists
  }
}

const answerLimit = 4_000_000
const silenceMs = 30_000

/** Asks the REST of a host. @throws HostRefusal, and what the network throws */
export async function askHost<T>(
  at: HostedRepository,
  schema: z.ZodType<T>,
  {
    url,
    method = 'GET',
    headers,
    body,
    title,
  }: {
    url: string
    method?: 'GET' | 'POST'
    headers: Readonly<Record<string, string>>
    body?: unknown
    /** What its words for a refusal stand in. */
    title: (answer: unknown) => string
  },
): Promise<T> {
  const { credential, roads, signal } = at
  const answer = await roads.request(url, {
    method,
    headers: {
      accept: 'application/json',
      'user-agent': 'drover',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal,
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  })
  let text = ''
  for await (const piece of answer.body) {
    text += String(piece)
    if (text.length > answerLimit) throw new HostRefusal(refusal('internal', `${credential.host} answers too much`))
  }
  const json = parseJson(text)
  const { statusCode } = answer
  if (statusCode >= 200 && statusCode < 300) {
    const parsed = schema.safeParse(json)
    if (parsed.success) return parsed.data
    throw new HostRefusal(
      refusal(
        'internal',
        `${credential.host} answers otherwise than its kind of host does. Look at the kind in the secret ${credential.name}.`,
      ),
    )
  }
  throw refusalOf(statusCode, { said: cutWords(json === undefined ? '' : title(json)), at })
}

function refusalOf(status: number, { said, at }: { said: string; at: HostedRepository }): HostRefusal {
  const { host, name } = at.credential
  const words = said === '' ? '' : `: ${said}`
  if (status === 401)
    return new HostRefusal(refusal('not_allowed', `${host} does not accept the token of the secret ${name}${words}`))
  if (status === 403)
    return new HostRefusal(
      refusal(
        'not_allowed',
        `${host} does not let the token of the secret ${name} work with pull requests in ${at.path}${words}`,
      ),
    )
  if (status === 404)
    return new HostRefusal(
      refusal('not_found', `${host} shows no repository ${at.path} to the token of the secret ${name}`),
    )
  if (status === 429 || status === 503)
    return new HostRefusal(refusal('rate_limited', `${host} takes no more requests now${words}`))
  if (status >= 300 && status < 400)
    return new HostRefusal(refusal('invalid', `${host} has ${at.path} at another address by now`))
  if (status < 500)
    return new HostRefusal(refusal('invalid', `${host} does not do that${words || ` (${status})`}`), {
      exists: /already exist|another open merge request|active pull request/i.test(said),
    })
  return new HostRefusal(refusal('internal', `${host} answers with an error of its own (${status})${words}`))
}

function cutWords(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 250 ? `${line.slice(0, 249)}…` : line
}

/** `bitbucket.org` and `github.com` have their REST on other names; a host of one's own has it below its own. */
export function apiBase({ host, origin, kind }: HostCredential): string {
  const bases: Record<GitHostKind, string> = {
    github: host === 'github.com' ? 'https://api.github.com' : `${origin}/api/v3`,
    gitlab: `${origin}/api/v4`,
    bitbucket: host === 'bitbucket.org' ? 'https://api.bitbucket.org/2.0' : `${origin}/2.0`,
    azure: origin,
    gitea: `${origin}/api/v1`,
  }
  return bases[kind ?? 'github']
}
