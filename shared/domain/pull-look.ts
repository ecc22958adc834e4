import { z } from 'zod'
import { parseRemote } from './git-host.ts'
import { PullStatus } from './pull-status.ts'

/** What a machine found out about the page of one. */
export const PullLook = z.object({
  url: z.string().max(2000),
  /** Absent: it could not be found out. */
  status: PullStatus.omit({ at: true }).optional(),
  /** Why not. */
  text: z.string().max(500).optional(),
})
export type PullLook = z.infer<typeof PullLook>

/** That one run's pull requests are looked at, at once. */
export const pullsLimit = 20

/** Where a pull request lies, as the address of its page says it. */
export interface PullPage {
  readonly host: string
  /** As `GitRemote`: `owner/name`, `group/sub/name`, `organisation/project/_git/name`. */
  readonly path: string
  readonly number: number
}

/** Reads the pages of the five kinds of hosts; `undefined`: it is none. */
export function parsePullPage(url: string): PullPage | undefined {
  const [, before = '', number = ''] =
    /^(https?:\/\/[^/\s?#]+\/[^\s?#]+?)\/(?:-\/merge_requests|pull|pulls|pull-requests|pullrequest)\/([1-9]\d{0,8})$/.exec(
      url,
    ) ?? []
  const remote = parseRemote(before)
  if (remote === undefined) return undefined
  const parts = remote.path.split('/')
  if (parts.length < 2 || parts.some((part) => !/^(?!\.{1,2}$)[\w.%~ -]+$/.test(part))) return undefined
  return { host: remote.host, path: remote.path, number: Number(number) }
}
