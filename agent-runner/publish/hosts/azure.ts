import { z } from 'zod'
import { basicAuth } from '../../git/credentials.ts'
import type { PullChecks } from '#shared/domain/pull-status.ts'
import { refusal } from '#shared/refusal.ts'
import { checksOr, sumOfChecks } from './checks.ts'
import { apiBase, askHost, HostRefusal, type HostedRepository, type PullRequest, type PullRequestHost } from './host.ts'

const Pull = z.object({ pullRequestId: z.number().int(), isDraft: z.boolean().optional() })
const Looked = z.object({ status: z.string(), isDraft: z.boolean().optional() })
const Statuses = z.object({ value: z.array(z.object({ state: z.string().optional() })) })
const checkWords: Readonly<Record<string, PullChecks | undefined>> = {
  succeeded: 'passing',
  failed: 'failing',
  error: 'failing',
  pending: 'running',
}
const Trouble = z.object({ message: z.string() })

const headers = ({ credential }: HostedRepository): Record<string, string> => ({ authorization: basicAuth(credential) })
const title = (answer: unknown): string => Trouble.safeParse(answer).data?.message.replace(/^TF\d+: /, '') ?? ''

/** `organisation/project/_git/repository`; a project's first repository is called as the project. */
function partsOf({ path, credential }: Pick<HostedRepository, 'path' | 'credential'>): { base: string; name: string } {
  const [, before, name] = /^(.+)\/_git\/([^/]+)$/.exec(path) ?? []
  if (before === undefined || name === undefined)
    throw new HostRefusal(refusal('invalid', `${path} is no repository of ${credential.host}`))
  return { base: before, name }
}

const place = (at: HostedRepository): string => {
  const { base, name } = partsOf(at)
  return `${apiBase(at.credential)}/${base}/_apis/git/repositories/${name}/pullrequests`
}

export const azureHost: PullRequestHost = {
  async findOpen(at, head) {
    const query = new URLSearchParams({
      'searchCriteria.sourceRefName': `refs/heads/${head}`,
      'searchCriteria.status': 'active',
      'api-version': '7.1',
    })
    const { value } = await askHost(at, z.object({ value: z.array(Pull) }), {
      url: `${place(at)}?${query.toString()}`,
      headers: headers(at),
      title,
    })
    const [one] = value
    return one === undefined ? undefined : shown(at, one)
  },
  async look(at, number) {
    const asked = { headers: headers(at), title }
    const one = `${place(at)}/${number}`
    const { status, isDraft } = await askHost(at, Looked, { ...asked, url: `${one}?api-version=7.1` })
    if (status === 'completed') return { state: 'merged' }
    if (status === 'abandoned') return { state: 'closed' }
    const url = `${one}/statuses?api-version=7.1`
    const { value } = await checksOr(askHost(at, Statuses, { ...asked, url }), { value: [] })
    const checks = sumOfChecks(value.map(({ state = '' }) => checkWords[state]))
    return { state: isDraft === true ? 'draft' : 'open', ...(checks === undefined ? {} : { checks }) }
  },
  async create(at, { head, base, title: name, body, draft }) {
    const made = await askHost(at, Pull, {
      url: `${place(at)}?api-version=7.1`,
      method: 'POST',
      headers: headers(at),
      body: {
        sourceRefName: `refs/heads/${head}`,
        targetRefName: `refs/heads/${base}`,
        title: name,
        // More than 4,000 letters are refused.
        description: body.length > 4000 ? `${body.slice(0, 3999)}…` : body,
        isDraft: draft,
      },
      title,
    })
    return shown(at, { ...made, isDraft: draft })
  },
  branchPage: ({ credential, path }, branch) => `${credential.origin}/${path}?version=GB${encodeURIComponent(branch)}`,
  commitPage: ({ credential, path }, commit) => `${credential.origin}/${path}/commit/${commit}`,
}

function shown(
  { credential, path }: HostedRepository,
  { pullRequestId: number, isDraft }: z.infer<typeof Pull>,
): PullRequest {
  return {
    number,
    url: `${credential.origin}/${path}/pullrequest/${number}`,
    state: isDraft === true ? 'draft' : 'open',
  }
}
