import DOMPurify, { type Config } from 'dompurify'
import { Marked, type Token, type Tokens } from 'marked'
import { mentionedPage } from '#shared/domain/mention.ts'
import { runWords } from '../../../words/run.ts'

/** A top-level block of a Markdown text. Equal `raw` means equal content, so that only the block that grows is drawn again. */
export type MarkdownBlock =
  | { readonly kind: 'html'; readonly raw: string; readonly html: string }
  | {
      readonly kind: 'code'
      readonly raw: string
      readonly code: string
      readonly language: string | undefined
      readonly open: boolean
    }

/** Blocks by their source, so that those that stay are the same objects. */
export type BlockCache = { get(key: string): MarkdownBlock | undefined; set(key: string, block: MarkdownBlock): void }

/** Above this length a text is shown as it is: nobody reads it as prose, and parsing it would hold up the page. */
const markdownLimit = 200_000
/** Quotes and lists nested deeper are not parsed: the parser recurses. */
const nestingLimit = 40

/**
 * Markdown of an agent as blocks of clean HTML. Raw HTML in it is shown as text, images become links (loading one
 * would tell a stranger that it was read), and what is left passes DOMPurify. `streaming` closes what the end of the
 * text leaves open, so that half a word in bold doesn't jump when its stars arrive.
 */
export function markdownBlocks(text: string, streaming: boolean, cache?: BlockCache): readonly MarkdownBlock[] {
  if (text.length > markdownLimit || isTooNested(text)) return [plainBlock(text)]
  try {
    const tokens = marked.lexer(streaming ? closeTail(text) : text)
    const blocks: MarkdownBlock[] = []
    for (const token of tokens) {
      if (token.type === 'space' || token.type === 'def') continue
      const key = `${token.type}:${token.raw}`
      const block = cache?.get(key) ?? toBlock(token, streaming)
      cache?.set(key, block)
      blocks.push(block)
    }
    return blocks
  } catch {
    return [plainBlock(text)]
  }
}

function toBlock(token: Token, streaming: boolean): MarkdownBlock {
  if (token.type === 'code') {
    const code = token as Tokens.Code
    const language = code.lang?.trim().split(/\s/)[0]?.toLowerCase()
    return {
      kind: 'code',
      raw: code.raw,
      code: code.text,
      language: language === '' ? undefined : language,
      open: streaming && !/(```|~~~)\s*$/.test(code.raw),
    }
  }
  return { kind: 'html', raw: token.raw, html: clean(marked.parser([token])) }
}

function plainBlock(text: string): MarkdownBlock {
  return { kind: 'code', raw: text, code: text, language: undefined, open: false }
}

function isTooNested(text: string): boolean {
  return (
    new RegExp(`^[ \\t]*(?:(?:>|[-*+]|\\d{1,9}[.)])[ \\t]*){${nestingLimit}}`, 'm').test(text) ||
    new RegExp(`\\[{${nestingLimit}}|\\({${nestingLimit * 4}}|[*_]{400}`).test(text)
  )
}

/** Closes the code span or the emphasis that the last paragraph leaves open, and hides half a link. */
export function closeTail(text: string): string {
  const start = Math.max(text.lastIndexOf('\n\n') + 2, 0)
  const fences = text.match(/^ {0,3}(```|~~~)/gm)?.length ?? 0
  if (fences % 2 === 1) return text
  let last = text.slice(start)
  last = last.replace(/!?\[([^\]\n]*)\]\([^)\n]*$/, '$1')
  if ((last.match(/`/g)?.length ?? 0) % 2 === 1) return text.slice(0, start) + last + '`'
  last = last.replace(/(^|\s)(\*{1,3}|_{1,3}|`|~~)$/, '$1')
  if ((last.match(/\*\*/g)?.length ?? 0) % 2 === 1)
    last = last.replace(/\*$/, (star) => (last.endsWith('**') ? star : '')) + '**'
  return text.slice(0, start) + last
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character)
}

/** Only these leave the app; anything else stays text. */
export function safeHref(href: string): string | undefined {
  try {
    const url = new URL(href)
    return url.protocol === 'http:' || url.protocol === 'https:' || url.protocol === 'mailto:' ? url.href : undefined
  } catch {
    return undefined
  }
}

const marked = new Marked({
  gfm: true,
  breaks: false,
  renderer: {
    html(token) {
      return /^<br\s*\/?>$/i.test(token.text.trim()) ? '<br>' : escapeHtml(token.text)
    },
    image(token) {
      const href = safeHref(token.href)
      const label = escapeHtml(token.text === '' ? token.href : token.text)
      return href === undefined ? label : `<a href="${escapeHtml(href)}">${label}</a>`
    },
    link(token) {
      const inner = this.parser.parseInline(token.tokens)
      const href = safeHref(mentionedPage(token.href) ?? token.href)
      return href === undefined ? inner : `<a href="${escapeHtml(href)}">${inner}</a>`
    },
    table(token) {
      const cell = (kind: 'th' | 'td', content: Tokens.TableCell): string => {
        // An empty head names nothing: to a screen reader it would be a nameless column.
        const tag = content.text.trim() === '' ? 'td' : kind
        return `<${tag}${content.align === null ? '' : ` align="${content.align}"`}>${this.parser.parseInline(content.tokens)}</${tag}>`
      }
      const head = token.header.map((content) => cell('th', content)).join('')
      const body = token.rows.map((row) => `<tr>${row.map((content) => cell('td', content)).join('')}</tr>`).join('')
      // A wide table scrolls on its own, by keyboard too.
      return `<div role="group" tabindex="0" aria-label="Table"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
    },
    heading(token) {
      // Below the heading that names whose message it is, and never skipping a level.
      const level = token.depth <= 3 ? 3 : 4
      return `<h${level}>${this.parser.parseInline(token.tokens)}</h${level}>`
    },
    checkbox(token) {
      return `<input type="checkbox" disabled${token.checked ? ' checked' : ''} aria-label="${token.checked ? runWords.checked : runWords.unchecked}"> `
    },
  },
})

const rules = {
  ALLOWED_TAGS: [
    'a',
    'blockquote',
    'br',
    'code',
    'del',
    'div',
    'em',
    'h3',
    'h4',
    'hr',
    'input',
    'li',
    'ol',
    'p',
    'pre',
    'strong',
    'table',
    'tbody',
    'td',
    'th',
    'thead',
    'tr',
    'ul',
  ],
  ALLOWED_ATTR: [
    'align',
    'aria-label',
    'checked',
    'disabled',
    'href',
    'rel',
    'role',
    'start',
    'tabindex',
    'target',
    'type',
  ],
  // Only these attributes may hold something else than an address that may be opened.
  ADD_URI_SAFE_ATTR: ['align', 'aria-label', 'role', 'start', 'tabindex', 'type'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
} satisfies Config

let purifier: ReturnType<typeof DOMPurify> | undefined

function clean(html: string): string {
  purifier ??= createPurifier()
  return purifier.sanitize(html, rules)
}

function createPurifier(): ReturnType<typeof DOMPurify> {
  const created = DOMPurify(window)
  created.addHook('afterSanitizeAttributes', (node) => {
    if (node.tagName === 'A') {
      if (!node.hasAttribute('href')) return
      node.setAttribute('target', '_blank')
      node.setAttribute('rel', 'noopener noreferrer nofollow')
    }
    if (node.tagName === 'INPUT' && node.getAttribute('type') !== 'checkbox') node.remove()
  })
  return created
}
