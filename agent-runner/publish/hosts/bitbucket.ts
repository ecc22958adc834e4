import { z } from 'zod'
import { basicAuth } from '../../git/credentials.ts'
import type { PullChecks } from '#shared/domain/pull-status.ts'
import { checksOr, sumOfChecks } from './checks.ts'
import { apiBase, askHost, type HostedRepository, type PullRequest, type PullRequestHost } from './host.ts'

const Pull = z.object({
  id: z.number().int(),
  draft: z.boolean().optional(),
  links: z.object({ html: z.object({ href: z.url() }) }),
})
const Looked = z.object({ state: z.string(), draft: z.boolean().optional() })
const Statuses = z.object({ values: z.array(z.object({ state: z.string() })) })
const checkWords: Readonly<Record<string, PullChecks>> = { SUCCESSFUL: 'passing', INPROGRESS: 'running' }
const Trouble = z.object({ error: z.object({ message: z.string() }) })

const place = (at: HostedRepository): string => `${apiBase(at.credential)}/repositories/${at.path}/pullrequests`
/** A token of a repository or workspace is a bearer; an API token of a person goes with their address. */
const headers = ({ credential }: HostedRepository): Record<string, string> => ({
  authorization: credential.isPassword ? basicAuth(credential) : `Bearer ${credential.token}`,
})
const title = (answer: unknown): string => Trouble.safeParse(answer).data?.error.message ?? ''

export const bitbucketHost: PullRequestHost = {
  async findOpen(at, head) {
    const q = `source.branch.name = "${head.replaceAll('"', String.raw`\"`)}" AND state = "OPEN"`
    const { values } = await askHost(at, z.object({ values: z.array(Pull) }), {
      url: `${place(at)}?${new URLSearchParams({ q, pagelen: '10' }).toString()}`,
      headers: headers(at),
      title,
    })
    const [one] = values
    return one === undefined ? undefined : shown(one)
  },
  async look(at, number) {
    const asked = { headers: headers(at), title }
    const { state, draft } = await askHost(at, Looked, { ...asked, url: `${place(at)}/${number}` })
    if (state === 'MERGED') return { state: 'merged' }
    if (state !== 'OPEN') return { state: 'closed' }
    const url = `${place(at)}/${number}/statuses?pagelen=100`
    const { values } = await checksOr(askHost(at, Statuses, { ...asked, url }), { values: [] })
    const checks = sumOfChecks(values.map((one) => checkWords[one.state] ?? 'failing'))
    return { state: draft === true ? 'draft' : 'open', ...(checks === undefined ? {} : { checks }) }
  },
  async create(at, { head, base, title: name, body, draft }) {
    const made = await askHost(at, Pull, {
      url: place(at),
      method: 'POST',
      headers: headers(at),
      body: {
        title: name,
        description: body,
        draft,
        source: { branch: { name: head } },
        destination: { branch: { name: base } },
      },
      title,
    })
    return shown({ ...made, draft })
  },
  branchPage: ({ credential, path }, branch) => `${credential.origin}/${path}/branch/${encodeURI(branch)}`,
  commitPage: ({ credential, path }, commit) => `${credential.origin}/${path}/commits/${commit}`,
}

function shown({ id, links, draft }: z.infer<typeof Pull>): PullRequest {
  return { number: id, url: links.html.href, state: draft === true ? 'draft' : 'open' }
}
