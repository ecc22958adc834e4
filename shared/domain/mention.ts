import { RunId } from '../ids.ts'
import { mentionLink } from './plan-mention.ts'
import { isSymbolName } from './workspace-symbols.ts'

/** What a message can mention beside plans, each as a link: a file or folder of the workspace, what is defined in one, another run, a command of this run, a page to be read. */
export type Mention =
  | { readonly kind: 'path'; readonly path: string }
  /** `line`: where it was when the list was made, counted from 1. */
  | { readonly kind: 'symbol'; readonly name: string; readonly path: string; readonly line: number }
  | { readonly kind: 'run'; readonly runId: RunId; readonly title: string }
  /** `n`: of its entry in the transcript. */
  | { readonly kind: 'command'; readonly n: number; readonly title: string }
  /** Fetched once, when the message goes to the agent. */
  | { readonly kind: 'page'; readonly url: string }

/** Of each kind, in one message. */
export const mentionsLimit = 20
/** The longest path that can be mentioned, in UTF-16 units. */
export const pathLimit = 500
/** The longest address of a page, as it stands in the link. */
const addressLimit = 1_500
const titleUnits = 120

/** A file or folder of the workspace, from its root; a folder ends in `/`. The same form as in the Markdown of plans. */
export const pathMention = (path: string): string => `[${escaped(path)}](drover:path/${encoded(path)})`

/** A function, class or type of a file. */
export const symbolMention = ({ name, path, line }: { name: string; path: string; line: number }): string =>
  `[${escaped(name)}](drover:symbol/${encoded(path)}#${line})`

export const runMention = ({ id, title }: { readonly id: RunId; readonly title: string }): string =>
  `[${named(title, 'Untitled run')}](drover:run/${id})`

export const commandMention = ({ n, command }: { readonly n: number; readonly command: string }): string =>
  `[${named(`$ ${command}`, 'a command')}](drover:command/${n})`

/** `undefined`: this is no address of a page. */
export function pageMention(text: string): string | undefined {
  const url = pageAddress(text)
  return url === undefined
    ? undefined
    : `[${named(url.replace(/^https?:\/\//i, '').replace(/\/$/, ''), url)}](drover:page/${wholly(url)})`
}

/** The address behind a link that mentions a page. */
export function mentionedPage(href: string): string | undefined {
  return href.startsWith('drover:page/') ? pageAddress(decoded(href.slice('drover:page/'.length)) ?? '') : undefined
}

/** Without a name and password, which would stand in every transcript. */
const address = /^https?:\/\/[^\s/?#@\\<>"]+(?:[/?#][^\s\\<>"]*)?$/i

function pageAddress(text: string): string | undefined {
  return text.length <= addressLimit && address.test(text) && text.isWellFormed() ? text : undefined
}

/** What a message mentions, each once, in its order. */
export function mentionsOf(text: string): readonly Mention[] {
  const found = new Map<string, Mention>()
  const counts = { path: 0, symbol: 0, run: 0, command: 0, page: 0 }
  for (const [, name = '', kind = '', target = ''] of text.matchAll(mentionLink)) {
    const mention = readMention(kind, target, unescaped(name))
    if (mention === undefined || found.has(`${kind}/${target}`) || counts[mention.kind] === mentionsLimit) continue
    counts[mention.kind]++
    found.set(`${kind}/${target}`, mention)
  }
  return [...found.values()]
}

/** The text as an agent reads it: files by their paths, symbols with the line, pages by their addresses. What else it mentions is told after it, by the same links. */
export function textForAgent(text: string): string {
  return text.replace(mentionLink, (whole, name: string, kind: string, target: string) => {
    const mention = readMention(kind, target, unescaped(name))
    if (mention?.kind === 'page') return mention.url
    if (mention?.kind === 'symbol') return `\`${mention.name}\` (\`${mention.path}\`, line ${mention.line})`
    return mention?.kind === 'path' ? `\`${mention.path}\`` : whole
  })
}

function readMention(kind: string, target: string, title: string): Mention | undefined {
  if (kind === 'run') {
    const runId = RunId.safeParse(target)
    return runId.success ? { kind, runId: runId.data, title: title.slice(0, titleUnits) } : undefined
  }
  if (kind === 'command') {
    const n = /^[1-9]\d{0,8}$/.test(target) ? Number(target) : undefined
    return n === undefined ? undefined : { kind, n, title: title.slice(0, titleUnits) }
  }
  if (kind === 'page') {
    const url = pageAddress(decoded(target) ?? '')
    return url === undefined ? undefined : { kind, url }
  }
  if (kind === 'symbol') {
    const [, file = '', line = ''] = /^(.+)#([1-9]\d{0,7})$/.exec(target) ?? []
    const path = decoded(file)
    return path !== undefined && isWorkspacePath(path) && isSymbolName(title)
      ? { kind, name: title, path, line: Number(line) }
      : undefined
  }
  const path = kind === 'path' ? decoded(target) : undefined
  return path !== undefined && isWorkspacePath(path) ? { kind: 'path', path } : undefined
}

/** A path that leads nowhere but into the workspace, as far as can be seen, and that fits into a line. */
export function isWorkspacePath(path: string): boolean {
  if (path === '' || path.length > pathLimit || path.startsWith('/') || /[\p{Cc}\p{Zl}\p{Zp}`]/u.test(path))
    return false
  return !path.split('/').some((part) => part === '..' || part === '.git')
}

function named(title: string, otherwise: string): string {
  const line = title.replace(/\s+/g, ' ').trim()
  const short = line.length > titleUnits ? `${line.slice(0, titleUnits - 1).toWellFormed()}…` : line
  return short === '' ? otherwise : escaped(short)
}

const escaped = (text: string): string => text.replace(/[[\]\\]/g, '\\$&')
const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1')
const wholly = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))
const encoded = (path: string): string =>
  encodeURI(path.toWellFormed()).replaceAll(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
