import { z } from 'zod'
import type { PullChecks } from '#shared/domain/pull-status.ts'
import { checksOr, sumOfChecks } from './checks.ts'
import { apiBase, askHost, type HostedRepository, type PullRequest, type PullRequestHost } from './host.ts'

const Pull = z.object({ number: z.number().int(), html_url: z.url(), draft: z.boolean().optional() })
const Looked = z.object({
  state: z.string(),
  draft: z.boolean().optional(),
  merged: z.boolean().optional(),
  head: z.object({ sha: z.string().regex(/^[0-9a-f]{40,64}$/) }),
})
/** Both kinds of checks that GitHub has; Gitea has the first. */
const Statuses = z.object({ state: z.string(), statuses: z.array(z.unknown()).nullish() })
const CheckRuns = z.object({
  check_runs: z.array(z.object({ status: z.string(), conclusion: z.string().nullish() })),
})
const Trouble = z.object({
  message: z.string().optional(),
  errors: z.array(z.union([z.string(), z.object({ message: z.string().optional() })])).optional(),
})

/** GitHub's REST, which Gitea and Forgejo speak as well as far as it is needed here. */
export function githubHost(kind: 'github' | 'gitea'): PullRequestHost {
  const place = (at: HostedRepository): string => `${apiBase(at.credential)}/repos/${at.path}/pulls`
  const headers = ({ credential }: HostedRepository): Record<string, string> =>
    kind === 'github'
      ? {
          authorization: `Bearer ${credential.token}`,
          accept: 'application/vnd.github+json',
          'x-github-api-version': '2022-11-28',
        }
      : { authorization: `token ${credential.token}` }
  const title = (answer: unknown): string => {
    const { message = '', errors = [] } = Trouble.safeParse(answer).data ?? {}
    const more = errors.map((one) => (typeof one === 'string' ? one : (one.message ?? '')))
    return [message, ...more].filter((text) => text !== '' && text !== 'Validation Failed').join('. ')
  }

  async function checksOf(at: HostedRepository, commit: string): Promise<(PullChecks | undefined)[]> {
    const commits = `${apiBase(at.credential)}/repos/${at.path}/commits/${commit}`
    const asked = { headers: headers(at), title }
    const none = { state: '', statuses: [] }
    const [{ state, statuses }, { check_runs: runs }] = await Promise.all([
      checksOr(askHost(at, Statuses, { ...asked, url: `${commits}/status` }), none),
      kind === 'gitea'
        ? { check_runs: [] }
        : checksOr(askHost(at, CheckRuns, { ...asked, url: `${commits}/check-runs?per_page=100` }), { check_runs: [] }),
    ])
    // GitHub says `pending` of a commit that has none.
    const ofStatuses = (statuses ?? []).length === 0 ? undefined : ofStatus(state)
    return [
      ofStatuses,
      ...runs.map(({ status, conclusion }) => (status === 'completed' ? ofStatus(conclusion ?? '') : 'running')),
    ]
  }

  return {
    async findOpen(at, head) {
      const owner = at.path.split('/')[0] ?? ''
      const query = new URLSearchParams({ state: 'open', head: `${owner}:${head}`, per_page: '10', limit: '50' })
      // Gitea does not look at `head`.
      const Found = z.array(Pull.extend({ head: z.object({ ref: z.string() }) }))
      const found = await askHost(at, Found, { url: `${place(at)}?${query.toString()}`, headers: headers(at), title })
      const one = found.find(({ head: { ref } }) => ref === head)
      return one === undefined ? undefined : shown(one)
    },
    async look(at, number) {
      const found = await askHost(at, Looked, { url: `${place(at)}/${number}`, headers: headers(at), title })
      if (found.merged === true) return { state: 'merged' }
      if (found.state !== 'open') return { state: 'closed' }
      const checks = sumOfChecks(await checksOf(at, found.head.sha))
      return { state: found.draft === true ? 'draft' : 'open', ...(checks === undefined ? {} : { checks }) }
    },
    async create(at, { head, base, title: name, body, draft }) {
      // Gitea knows drafts by their title.
      const asked = kind === 'gitea' && draft ? { title: `WIP: ${name}` } : { title: name, draft }
      const made = await askHost(at, Pull, {
        url: place(at),
        method: 'POST',
        headers: headers(at),
        body: { ...asked, body, head, base },
        title,
      })
      return shown({ ...made, draft })
    },
    branchPage: ({ credential, path }, branch) =>
      kind === 'github'
        ? `${credential.origin}/${path}/tree/${encodeURI(branch)}`
        : `${credential.origin}/${path}/src/branch/${encodeURI(branch)}`,
    commitPage: ({ credential, path }, commit) => `${credential.origin}/${path}/commit/${commit}`,
  }
}

function ofStatus(word: string): PullChecks | undefined {
  if (word === 'success') return 'passing'
  if (word === 'pending' || word === '') return 'running'
  return ['neutral', 'skipped', 'stale', 'warning'].includes(word) ? undefined : 'failing'
}

function shown({ number, html_url: url, draft }: z.infer<typeof Pull>): PullRequest {
  return { number, url, state: draft === true ? 'draft' : 'open' }
}
