/** What went wrong with fetching an image, as a person can act on it. */
export function pullFailure({
  image,
  registry,
  message,
  user,
  problem,
  secret,
}: {
  image: string
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
  const head = `The image ${image} is not on this machine and could not be fetched`
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

/** A runner that fetches nothing was asked for what it does not have. */
export function neverFetched(image: string): string {
  return `The image ${image} is not on this machine, and this runner fetches none (DROVER_DOCKER_PULL=never). Load it there with “docker pull” or “docker load”, or choose another image.`
}
