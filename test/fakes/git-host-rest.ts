import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'
import type { GitHostKind } from '#shared/domain/git-host.ts'

export interface FakePull {
  number: number
  repository: string
  head: string
  base: string
  title: string
  body: string
  draft: boolean
  /** What became of it; absent: it is open. */
  ended?: 'merged' | 'closed'
  checks?: readonly Check[]
  /** Who may not read its checks is told so. */
  hidden?: boolean
}

export type Check = 'success' | 'failure' | 'pending'

interface Place {
  kind: GitHostKind
  origin: string
  pulls: FakePull[]
  branches: (repository: string) => readonly (readonly [string, string])[]
}

const Body = z.record(z.string(), z.unknown())
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const field = (value: unknown, ...names: string[]): unknown =>
  names.reduce((at: unknown, name) => Body.safeParse(at).data?.[name], value)
const branchOf = (ref: unknown): string => text(ref).replace(/^refs\/heads\//, '')

/** Opens and lists pull requests as the host of this kind does, with its own words where it can't. */
export async function answerRest(request: IncomingMessage, response: ServerResponse, place: Place): Promise<void> {
  const { kind, pulls, origin } = place
  const url = new URL(request.url ?? '', origin)
  const answer = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const dialect = dialects[kind]
  const path = decodeURIComponent(url.pathname)
  if (request.method === 'GET') {
    const one = dialect.one(path)
    const isIt = (pull: FakePull): boolean =>
      pull.repository === one?.repository &&
      (one.commit === undefined
        ? pull.number === one.number
        : new Map(place.branches(pull.repository)).get(pull.head) === one.commit)
    const pull = pulls.find(isIt)
    if (one !== undefined && pull === undefined) return answer(404, { message: 'Not Found' })
    if (one !== undefined && pull !== undefined && one.of !== 'pull' && pull.hidden === true)
      return answer(403, { message: 'Resource not accessible' })
    const head = pull === undefined ? '' : (new Map(place.branches(pull.repository)).get(pull.head) ?? '')
    if (one !== undefined && pull !== undefined) return answer(200, dialect.look(one.of, pull, head))
  }
  const repository = dialect.repository(path)
  if (repository === undefined) return answer(404, { message: 'Not Found' })
  const known = new Map(place.branches(repository))
  if (request.method === 'GET') {
    const wanted = dialect.wanted(url.searchParams)
    const found = pulls.filter((one) => one.repository === repository && one.head === wanted)
    return answer(200, dialect.list(found.map((one) => dialect.show(one, origin))))
  }
  const asked = dialect.read(await json(request))
  if (!known.has(asked.head) || !known.has(asked.base)) return answer(dialect.invalid, dialect.words('branch'))
  if (known.get(asked.head) === known.get(asked.base)) return answer(dialect.invalid, dialect.words('same'))
  if (pulls.some((one) => one.repository === repository && one.head === asked.head && one.base === asked.base))
    return answer(dialect.exists, dialect.words('exists'))
  const made = { ...asked, repository, number: pulls.length + 1 }
  pulls.push(made)
  answer(201, dialect.show(made, origin))
}

/** A pull request by its number, or what is said of its checks. */
interface One {
  repository: string
  of: 'pull' | 'statuses' | 'runs'
  number?: number
  commit?: string
}

interface Dialect {
  one: (path: string) => One | undefined
  look: (of: One['of'], pull: FakePull, head: string) => unknown
  repository: (path: string) => string | undefined
  wanted: (query: URLSearchParams) => string
  list: (pulls: unknown[]) => unknown
  show: (pull: FakePull, origin: string) => unknown
  read: (body: unknown) => Omit<FakePull, 'number' | 'repository'>
  invalid: number
  exists: number
  words: (problem: 'branch' | 'same' | 'exists') => unknown
}

const messages = {
  branch: 'head invalid',
  same: 'No commits between main and the branch',
  exists: 'A pull request already exists for this branch.',
}

const numbered = (path: string, shape: RegExp, of: One['of'] = 'pull'): One | undefined => {
  const [, repository, number] = shape.exec(path) ?? []
  return repository === undefined ? undefined : { repository, number: Number(number), of }
}

const github: Dialect = {
  one: (path) => {
    const [, repository, commit, what] =
      /^\/api\/(?:v3|v1)\/repos\/([^/]+\/[^/]+)\/commits\/([0-9a-f]+)\/(status|check-runs)$/.exec(path) ?? []
    if (repository !== undefined && commit !== undefined)
      return { repository, commit, of: what === 'status' ? 'statuses' : 'runs' }
    return numbered(path, /^\/api\/(?:v3|v1)\/repos\/([^/]+\/[^/]+)\/pulls\/(\d+)$/)
  },
  look: (of, { ended, draft, checks = [] }, head) => {
    const [first, ...runs] = checks
    if (of === 'statuses') return { state: first ?? 'pending', statuses: first === undefined ? [] : [{ state: first }] }
    if (of === 'runs')
      return {
        total_count: runs.length,
        check_runs: runs.map((one) =>
          one === 'pending' ? { status: 'in_progress', conclusion: null } : { status: 'completed', conclusion: one },
        ),
      }
    return { state: ended === undefined ? 'open' : 'closed', merged: ended === 'merged', draft, head: { sha: head } }
  },
  repository: (path) => /^\/api\/(?:v3|v1)\/repos\/([^/]+\/[^/]+)\/pulls$/.exec(path)?.[1],
  wanted: (query) => (query.get('head') ?? '').replace(/^[^:]*:/, ''),
  list: (pulls) => pulls,
  show: ({ number, repository, head, base, title, draft }, origin) => ({
    number,
    html_url: `${origin}/${repository}/pull/${number}`,
    state: 'open',
    draft,
    title,
    head: { ref: head },
    base: { ref: base },
  }),
  read: (body) => ({
    head: text(field(body, 'head')),
    base: text(field(body, 'base')),
    title: text(field(body, 'title')),
    body: text(field(body, 'body')),
    draft: field(body, 'draft') === true,
  }),
  invalid: 422,
  exists: 422,
  words: (problem) => ({
    message: 'Validation Failed',
    errors: [{ resource: 'PullRequest', message: messages[problem] }],
  }),
}

const gitlab: Dialect = {
  one: (path) => numbered(path, /^\/api\/v4\/projects\/(.+)\/merge_requests\/(\d+)$/),
  look: (_of, { ended, draft, checks: [first] = [], hidden }) => ({
    state: ended ?? 'opened',
    draft,
    head_pipeline:
      first === undefined || hidden === true
        ? null
        : { status: { success: 'success', failure: 'failed', pending: 'running' }[first] },
  }),
  repository: (path) => /^\/api\/v4\/projects\/(.+)\/merge_requests$/.exec(path)?.[1],
  wanted: (query) => query.get('source_branch') ?? '',
  list: (pulls) => pulls,
  show: ({ number, repository, head, base, title, draft }, origin) => ({
    iid: number,
    web_url: `${origin}/${repository}/-/merge_requests/${number}`,
    state: 'opened',
    draft,
    title,
    source_branch: head,
    target_branch: base,
  }),
  read: (body) => ({
    head: text(field(body, 'source_branch')),
    base: text(field(body, 'target_branch')),
    title: text(field(body, 'title')),
    body: text(field(body, 'description')),
    draft: text(field(body, 'title')).startsWith('Draft: '),
  }),
  invalid: 400,
  exists: 409,
  words: (problem) => ({ message: [messages[problem].replace('A pull request', 'Another open merge request')] }),
}

const bitbucket: Dialect = {
  one: (path) =>
    numbered(path, /^\/2\.0\/repositories\/([^/]+\/[^/]+)\/pullrequests\/(\d+)$/) ??
    numbered(path, /^\/2\.0\/repositories\/([^/]+\/[^/]+)\/pullrequests\/(\d+)\/statuses$/, 'statuses'),
  look: (of, { ended, draft, checks = [] }) =>
    of === 'statuses'
      ? {
          values: checks.map((one) => ({
            state: { success: 'SUCCESSFUL', failure: 'FAILED', pending: 'INPROGRESS' }[one],
          })),
        }
      : { state: ended === undefined ? 'OPEN' : { merged: 'MERGED', closed: 'DECLINED' }[ended], draft },
  repository: (path) => /^\/2\.0\/repositories\/([^/]+\/[^/]+)\/pullrequests$/.exec(path)?.[1],
  wanted: (query) => /source\.branch\.name = "([^"]*)"/.exec(query.get('q') ?? '')?.[1] ?? '',
  list: (values) => ({ values, page: 1, pagelen: 50 }),
  show: ({ number, repository, head, base, title, draft }, origin) => ({
    id: number,
    title,
    draft,
    state: 'OPEN',
    source: { branch: { name: head } },
    destination: { branch: { name: base } },
    links: { html: { href: `${origin}/${repository}/pull-requests/${number}` } },
  }),
  read: (body) => ({
    head: text(field(body, 'source', 'branch', 'name')),
    base: text(field(body, 'destination', 'branch', 'name')),
    title: text(field(body, 'title')),
    body: text(field(body, 'description')),
    draft: field(body, 'draft') === true,
  }),
  invalid: 400,
  exists: 409,
  words: (problem) => ({ type: 'error', error: { message: messages[problem] } }),
}

const azure: Dialect = {
  one: (path) => {
    const [, owner, project, name, number, statuses] =
      /^\/([^/]+)\/([^/]+)\/_apis\/git\/repositories\/([^/]+)\/pullrequests\/(\d+)(\/statuses)?$/.exec(path) ?? []
    if (owner === undefined) return undefined
    const repository = `${owner}/${project}/_git/${name}`
    return { repository, number: Number(number), of: statuses === undefined ? 'pull' : 'statuses' }
  },
  look: (of, { ended, draft, checks = [] }) =>
    of === 'statuses'
      ? {
          value: checks.map((one) => ({ state: { success: 'succeeded', failure: 'failed', pending: 'pending' }[one] })),
        }
      : {
          status: ended === undefined ? 'active' : { merged: 'completed', closed: 'abandoned' }[ended],
          isDraft: draft,
        },
  repository: (path) => {
    const [, owner, project, name] =
      /^\/([^/]+)\/([^/]+)\/_apis\/git\/repositories\/([^/]+)\/pullrequests$/.exec(path) ?? []
    return owner === undefined ? undefined : `${owner}/${project}/_git/${name}`
  },
  wanted: (query) => branchOf(query.get('searchCriteria.sourceRefName')),
  list: (value) => ({ value, count: value.length }),
  show: ({ number, head, base, title, draft }) => ({
    pullRequestId: number,
    title,
    isDraft: draft,
    status: 'active',
    sourceRefName: `refs/heads/${head}`,
    targetRefName: `refs/heads/${base}`,
  }),
  read: (body) => ({
    head: branchOf(field(body, 'sourceRefName')),
    base: branchOf(field(body, 'targetRefName')),
    title: text(field(body, 'title')),
    body: text(field(body, 'description')),
    draft: field(body, 'isDraft') === true,
  }),
  invalid: 400,
  exists: 409,
  words: (problem) => ({ message: `TF401179: ${messages[problem]}`, typeKey: 'GitPullRequestExistsException' }),
}

const dialects: Record<GitHostKind, Dialect> = { github, gitea: github, gitlab, bitbucket, azure }
