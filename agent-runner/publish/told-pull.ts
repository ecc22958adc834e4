/** A pull request that a command has told of: `gh`, `glab` and the hosts themselves print its page. */
export interface ToldPull {
  readonly number: number
  readonly url: string
}

const publishing = /\bgit\b[^\n]*\spush\b|\bgh\s+pr\s+(?:create|edit|view)\b|\bglab\s+mr\s+(?:create|update|view)\b/
/** Pages with a number: one to make a new one has none. */
const page =
  /https?:\/\/[^\s"'<>\\]{3,500}?\/(?:pull|pulls|-\/merge_requests|pull-requests|pullrequest)\/(\d{1,9})(?![\w/-])/g

/** @param output what the command printed, or the end of it. */
export function toldPull(command: string, output: string): ToldPull | undefined {
  if (!publishing.test(command)) return undefined
  const found = [...output.matchAll(page)].at(-1)
  const [url, number] = found ?? []
  if (url === undefined || !URL.canParse(url)) return undefined
  const parsed = new URL(url)
  // An address may carry who asks.
  parsed.username = ''
  parsed.password = ''
  return { number: Number(number), url: parsed.href }
}
