import { parseRemote } from '#shared/domain/git-host.ts'
import type { PullRequestOrder } from '#shared/domain/run-publish.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { GitCredentials, HostCredential } from '../git/credentials.ts'
import type { Roads } from '../git/roads.ts'
import { refusalOf as troubleOf } from '../models/refusals.ts'
import { pullRequestHosts } from './hosts/all.ts'
import { HostRefusal, type PullRequest, type PullRequestHost } from './hosts/host.ts'

export interface HostedPlace {
  readonly host: PullRequestHost
  readonly credential: HostCredential
  readonly path: string
}

/** The REST side of a repository; a refusal says what is missing for it. */
export function hostedPlace(url: string, { hosts }: GitCredentials): Result<HostedPlace, Refusal> {
  const remote = parseRemote(url)
  if (remote === undefined) return err(refusal('invalid', 'a folder of the machine has no pull requests'))
  const [, bySsh] = /^v3\/(.+)$/.exec(remote.host === 'ssh.dev.azure.com' ? remote.path : '') ?? []
  const [host, path] =
    bySsh === undefined ? [remote.host, remote.path] : ['dev.azure.com', bySsh.replace(/\/([^/]+)$/, '/_git/$1')]
  const name = host.replace(/:\d+$/, '')
  const credential =
    hosts.find((one) => one.host === host) ??
    (remote.scheme === 'ssh' ? hosts.find((one) => one.host.replace(/:\d+$/, '') === name) : undefined)
  if (credential === undefined)
    return err(
      refusal('not_allowed', `Drover has no credential for ${host}. A Git token for it goes into Settings, Secrets`),
    )
  if (credential.kind === undefined)
    return err(
      refusal(
        'invalid',
        `the secret ${credential.name} does not say what kind of host ${host} is: give it a new value that does`,
      ),
    )
  return ok({ host: pullRequestHosts[credential.kind], credential, path })
}

/** The pull request of a branch: the one that is open already, else a new one. So doing it again opens no second one. */
export async function openPull(
  { host, credential, path }: HostedPlace,
  { roads, signal }: { roads: Pick<Roads, 'request'>; signal: AbortSignal },
  wanted: Omit<PullRequestOrder, 'base'> & { head: string; base: string },
): Promise<Result<PullRequest, Refusal>> {
  const at = { credential, path, roads, signal }
  try {
    const known = await host.findOpen(at, wanted.head)
    if (known !== undefined) return ok(known)
    try {
      return ok(await host.create(at, wanted))
    } catch (error) {
      // Somebody was faster, or the answer to an earlier try was lost.
      const made = error instanceof HostRefusal && error.exists ? await host.findOpen(at, wanted.head) : undefined
      if (made === undefined) throw error
      return ok(made)
    }
  } catch (error) {
    if (error instanceof HostRefusal) return err({ ...error.refusal, ...detailOf(error.refusal) })
    return err(refusal('internal', troubleOf(error, credential.host).message.replace(/\.$/, '')))
  }
}

function detailOf({ detail }: Refusal): Pick<Refusal, 'detail'> {
  return detail === undefined ? {} : { detail: detail.replace(/\.$/, '').slice(0, 450) }
}
