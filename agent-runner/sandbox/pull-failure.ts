/** What went wrong with fetching an image, as a person can act on it. */
export function pullFailure({
  image,
  isHere,
  registry,
  message,
  user,
  problem,
  secret,
}: {
  image: string
  /** It is asked for anew: the machine has one of that name. */
  isHere: boolean
  registry: string
  /** What the engine said. */
  message: string
  /** Whose credentials were used; `undefined`: none were there. */
  user: string | undefined
  /** Why credentials could not be had. */
  problem: string | undefined
  /** Of the run, whose credentials they were. */
  secret?: string | undefined
}): string {
  const said = message.trim().replace(/\.$/, '')
  const head = isHere
    ? `The image ${image} is to be fetched each time, and could not be`
    : `The image ${image} is not on this machine and could not be fetched`
  if (isDenied(said)) {
    if (secret !== undefined)
      return `${head}: ${registry} refuses it (${said}). The secret ${secret} (${user ?? ''}) does not do there.`
    const signIn = `Sign in there as the runner's user: docker login ${registry}`
    const who =
      problem ??
      (user === undefined
        ? `This runner has no credentials for ${registry}.`
        : `The credentials that this runner has for ${registry} (${user}) do not do.`)
    return `${head}: ${registry} refuses it (${said}). ${who} ${signIn}`
  }
  if (/manifest unknown|manifest for .* not found|name unknown|repository .* not found/i.test(said))
    return `${head}: ${registry} has no such image or tag (${said}).`
  if (/no such host|connection refused|i\/o timeout|network is unreachable|deadline exceeded|TLS handshake/i.test(said))
    return `${head}: ${registry} can't be reached from Docker (${said}).`
  if (/no space left/i.test(said)) return `${head}: the disk of Docker is full (${said}).`
  return `${head}: ${said}.`
}

function isDenied(message: string): boolean {
  return /unauthorized|authentication required|no basic auth|access denied|denied:|forbidden|incorrect username or password|\b40[13]\b/i.test(
    message,
  )
}

/** What is never fetched was asked for, and is not here. `by`: who says that it is not fetched. */
export function neverFetched(image: string, by: 'runner' | 'environment'): string {
  const load = 'Load it there with “docker pull” or “docker load”, or'
  return by === 'runner'
    ? `The image ${image} is not on this machine, and this runner fetches none (DROVER_DOCKER_PULL=never). ${load} choose another image.`
    : `The image ${image} is not on this machine, and its environment says that it is never fetched. ${load} let the environment fetch it.`
}
