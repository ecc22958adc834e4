import { z } from 'zod'
import type { PullChecks } from '#shared/domain/pull-status.ts'
import { apiBase, askHost, type HostedRepository, type PullRequest, type PullRequestHost } from './host.ts'

const MergeRequest = z.object({ iid: z.number().int(), web_url: z.url(), draft: z.boolean().optional() })
const Looked = z.object({
  state: z.string(),
  draft: z.boolean().optional(),
  head_pipeline: z.object({ status: z.string() }).nullish(),
})
const Trouble = z.object({ message: z.unknown(), error: z.string().optional() })

const place = (at: HostedRepository): string =>
  `${apiBase(at.credential)}/projects/${encodeURIComponent(at.path)}/merge_requests`
const headers = ({ credential }: HostedRepository): Record<string, string> => ({ 'private-token': credential.token })

/** GitLab says what is wrong as a text, a list of texts, or lists by field. */
function title(answer: unknown): string {
  const { message, error = '' } = Trouble.safeParse(answer).data ?? {}
  const flat = (value: unknown): string[] => {
    if (typeof value === 'string') return [value]
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(flat) : []
  }
  return [...flat(message), error].filter((text) => text !== '').join('. ')
}

export const gitlabHost: PullRequestHost = {
  async findOpen(at, head) {
    const query = new URLSearchParams({ state: 'opened', source_branch: head, per_page: '10' })
    const [one] = await askHost(at, z.array(MergeRequest), {
      url: `${place(at)}?${query.toString()}`,
      headers: headers(at),
      title,
    })
    return one === undefined ? undefined : shown(one)
  },
  async look(at, number) {
    const found = await askHost(at, Looked, { url: `${place(at)}/${number}`, headers: headers(at), title })
    if (found.state === 'merged') return { state: 'merged' }
    // `locked`: it is being merged.
    if (found.state === 'closed') return { state: 'closed' }
    const checks = found.head_pipeline == null ? undefined : ofPipeline(found.head_pipeline.status)
    return { state: found.draft === true ? 'draft' : 'open', ...(checks === undefined ? {} : { checks }) }
  },
  async create(at, { head, base, title: name, body, draft }) {
    const made = await askHost(at, MergeRequest, {
      url: place(at),
      method: 'POST',
      headers: headers(at),
      // GitLab knows drafts by their title.
      body: { source_branch: head, target_branch: base, title: draft ? `Draft: ${name}` : name, description: body },
      title,
    })
    return shown({ ...made, draft })
  },
  branchPage: ({ credential, path }, branch) => `${credential.origin}/${path}/-/tree/${encodeURI(branch)}`,
  commitPage: ({ credential, path }, commit) => `${credential.origin}/${path}/-/commit/${commit}`,
}

function ofPipeline(status: string): PullChecks | undefined {
  if (status === 'success') return 'passing'
  if (status === 'failed' || status === 'canceled') return 'failing'
  return status === 'skipped' || status === 'manual' ? undefined : 'running'
}

function shown({ iid, web_url: url, draft }: z.infer<typeof MergeRequest>): PullRequest {
  return { number: iid, url, state: draft === true ? 'draft' : 'open' }
}
