import { parseRemote } from '#shared/domain/git-host.ts'
import type { GitCredentials } from './credentials.ts'

const notLetIn =
  /could not read (?:username|password)|authentication failed|terminal prompts disabled|permission denied \(|repository not found|repository '[^']*' not found|returned error: 40[134]|http basic: access denied|could not read from remote repository|access denied/i
const badHostKey = /host key verification failed|remote host identification has changed/i

const unreachable =
  /^ssh: (?:connect to host|could not resolve hostname) .*?: ([^\r\n:]+?)\r?$|could not (resolve) host|failed to (connect) to|operation (timed out)/im

function plainWords([, said, resolve, connect]: RegExpExecArray): string {
  if (said !== undefined) return said.toLowerCase()
  if (resolve !== undefined) return 'its name is not found'
  return connect === undefined ? 'it does not answer in time' : 'nothing answers there'
}

/** What a person can do about git's words, where it was not let in; `undefined`: they say it themselves. */
export function explainGit(
  output: string,
  { url, credentials }: { url: string; credentials: GitCredentials },
): string | undefined {
  const remote = parseRemote(url)
  if (remote === undefined) return undefined
  // The gateway's own words name the secret.
  const said = /^(?:remote: )?Drover: (.+)$/m.exec(output)?.[1]
  if (said !== undefined) return said
  const { host, scheme } = remote
  const name = host.replace(/:\d+$/, '')
  if (scheme === 'ssh' && badHostKey.test(output))
    return `${name} shows another SSH host key than the one that is known. Look whether that is right, then change the known hosts of its SSH key in Settings, Secrets.`
  const away = unreachable.exec(output)
  if (away !== null)
    return `${host} can’t be reached from this machine: ${plainWords(away)}. Look at its network, or try again later.`
  if (!notLetIn.test(output)) return undefined
  const token = credentials.hosts.find((one) => one.host === host || (scheme === 'ssh' && one.host === name))
  const key = credentials.keys.find((one) => one.host === undefined || one.host === name)
  if (scheme === 'ssh' && key !== undefined)
    return `${name} does not let the SSH key ${key.name} read ${remote.path}. Add its public key there, or is the repository called otherwise?`
  if (token !== undefined)
    return `${name} shows no repository ${remote.path} to the token of the secret ${token.name}. Give the token access to it, or is the repository called otherwise?`
  const what = scheme === 'ssh' ? 'An SSH key or a Git token' : 'A Git token'
  return `Drover has no credential for ${host}, and it does not let this machine read ${remote.path}. ${what} for it goes into Settings, Secrets.`
}
