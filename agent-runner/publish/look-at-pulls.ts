import { parsePullPage, pullsLimit, type PullLook } from '#shared/domain/pull-look.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import { gitCredentials, type GitCredentials } from '../git/credentials.ts'
import type { Roads } from '../git/roads.ts'
import { refusalOf as troubleOf } from '../models/refusals.ts'
import { pullRequestHosts } from './hosts/all.ts'
import { HostRefusal } from './hosts/host.ts'

const eachMs = 20_000
const atOnce = 4

/**
 * Asks the hosts how pull requests stand, by the addresses of their pages. A token goes to its own host alone, whatever an address says.
 * @returns one for each address, in order.
 */
export async function lookAtPulls(
  urls: readonly string[],
  { secrets, roads }: { secrets: readonly RunSecret[]; roads: Pick<Roads, 'request'> },
): Promise<PullLook[]> {
  const credentials = gitCredentials(secrets)
  const asked = urls.slice(0, pullsLimit)
  const looks: PullLook[] = []
  for (let from = 0; from < asked.length; from += atOnce)
    looks.push(
      ...(await Promise.all(asked.slice(from, from + atOnce).map((url) => lookAt(url, { credentials, roads })))),
    )
  return looks
}

async function lookAt(
  url: string,
  { credentials, roads }: { credentials: GitCredentials; roads: Pick<Roads, 'request'> },
): Promise<PullLook> {
  const no = (text: string): PullLook => ({ url, text: text.slice(0, 500) })
  const page = parsePullPage(url)
  if (page === undefined) return no('This is no page of a pull request.')
  const credential = credentials.hosts.find(({ host }) => host === page.host)
  if (credential === undefined) return no(`Drover has no Git token for ${page.host}. One goes into Settings, Secrets.`)
  if (credential.kind === undefined)
    return no(`The secret ${credential.name} does not say what kind of host ${page.host} is.`)
  const signal = AbortSignal.timeout(eachMs)
  const at = { credential, path: page.path, roads, signal }
  try {
    return { url, status: await pullRequestHosts[credential.kind].look(at, page.number) }
  } catch (error) {
    if (error instanceof HostRefusal) return no(error.message)
    return no(troubleOf(error, credential.host).message)
  }
}
