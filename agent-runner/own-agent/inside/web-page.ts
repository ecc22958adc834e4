import { runScript } from './script.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

const mostBytes = 5_000_000
const mostRedirects = 5
const mostSeconds = 40

/**
 * Runs in the sandbox, so its network rules hold. What comes is the status, the type and the address it points to, then the body; no
 * redirect is followed here, since another host is another question.
 */
const get = [
  'if command -v curl > /dev/null 2>&1; then',
  'curl -q -sS -g --proto "=http,https" --max-redirs 0 --max-time "$2" --max-filesize "$3" --compressed -A drover -D - -o - -- "$1"',
  'elif command -v wget > /dev/null 2>&1; then',
  'b=$(mktemp) && h=$(mktemp) || exit 1; (ulimit -f "$(($3 / 512))"; wget -q -S --max-redirect=0 -T "$2" -U drover -O "$b" -- "$1" 2> "$h")',
  'sed "s/^ *//" "$h"; echo; cat "$b"; rm -f "$b" "$h"',
  'elif command -v node > /dev/null 2>&1; then node -e "$4" -- "$1" "$2" "$3"',
  'else echo "there is neither curl nor wget nor node in the sandbox" >&2; exit 127; fi',
].join('\n')

/** The same for Node, which many small images have alone. */
const getByNode = [
  'const [url, seconds, most] = process.argv.slice(1)',
  'const options = { redirect: "manual", headers: { "user-agent": "drover" }, signal: AbortSignal.timeout(seconds * 1000) }',
  'const write = (piece) => new Promise((done) => process.stdout.write(piece, done))',
  'async function get() {',
  '  const answer = await fetch(url, options)',
  '  await write(["HTTP/1.1 " + answer.status, ...[...answer.headers].map((one) => one.join(": ")), "", ""].join("\\n"))',
  '  let size = 0',
  '  for await (const piece of answer.body ?? []) {',
  '    await write(piece)',
  '    if ((size += piece.length) > most) break',
  '  }',
  '}',
  'get().then(() => process.exit(0), (error) => { console.error(error.cause?.message ?? error.message); process.exit(1) })',
].join('\n')

interface Page {
  readonly status: number
  readonly type: string
  readonly location: string | undefined
  readonly body: Buffer
}

/** What an address came to: its text, or why there is none. */
export type Fetched =
  | { readonly ok: true; readonly url: string; readonly status: number; readonly type: string; readonly text: string }
  | { readonly ok: false; readonly why: string }

/**
 * Fetches an address from within the sandbox, and what it redirects to on the same host; HTML becomes text unless `raw`. Nothing that it links to is
 * fetched.
 */
export async function fetchPage(
  sandbox: Sandbox,
  url: string,
  { raw = false, signal }: { raw?: boolean; signal: AbortSignal },
): Promise<Fetched> {
  let at = new URL(url)
  for (let step = 0; step <= mostRedirects; step++) {
    const page = await getPage(sandbox, at.href, signal)
    if (typeof page === 'string') return { ok: false, why: page }
    if (page.status < 300 || page.status >= 400 || page.location === undefined)
      return { ok: true, url: at.href, status: page.status, type: page.type, text: await textOf(page, raw) }
    const next = URL.parse(page.location, at.href)
    if (next === null) return { ok: false, why: `${at.href} points to “${page.location}”, which is no address.` }
    if (next.host !== at.host || next.protocol !== at.protocol)
      return { ok: false, why: `${at.href} points to ${next.href}. Fetch that if it is what you want.` }
    at = next
  }
  return { ok: false, why: `${url} points to itself over and over.` }
}

async function getPage(sandbox: Sandbox, url: string, signal: AbortSignal): Promise<Page | string> {
  const got = await runScript(sandbox, get, {
    args: [url, String(mostSeconds), String(mostBytes), getByNode],
    limit: mostBytes + 100_000,
    signal,
  })
  const page = readPage(got.stdout)
  if (page !== undefined) return page
  const why = got.stderr || got.stdout.toString().trim().slice(0, 300) || `it ended with exit code ${got.code}`
  return `${url} can't be fetched: ${why}.`
}

/** The headers of the last answer, and the body. `100 Continue` and the like come before it. */
function readPage(bytes: Buffer): Page | undefined {
  let rest = bytes
  for (;;) {
    const text = rest.subarray(0, 65_536).toString('latin1')
    const head = /^\s*HTTP\/[\d.]+ (\d{3})[^\n]*\n((?:[^\r\n][^\n]*\n)*)\r?\n?/.exec(text)
    if (head === null) return undefined
    const [whole, status = '', headers = ''] = head
    rest = rest.subarray(whole.length)
    if (status.startsWith('1')) continue
    const header = (name: string): string | undefined =>
      new RegExp(`^\\s*${name}:[ \\t]*(.*?)\\s*$`, 'im').exec(headers)?.[1]
    return {
      status: Number(status),
      type: header('content-type') ?? 'unknown',
      location: header('location'),
      body: rest,
    }
  }
}

async function textOf({ type, body }: Page, raw: boolean): Promise<string> {
  if (body.includes(0)) return `[${body.byteLength} bytes that are no text]`
  const text = body.toString()
  if (raw || !/html/i.test(type)) return text
  const { convert } = await import('html-to-text')
  return convert(text, {
    wordwrap: false,
    limits: { maxInputLength: mostBytes },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'nav', format: 'skip' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false } },
    ],
  })
}
