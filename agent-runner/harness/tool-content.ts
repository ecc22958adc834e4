import { createTwoFilesPatch } from 'diff'
import type { FileChange } from '#shared/domain/transcript.ts'
import type { ContentBlock, ToolCallFields, ToolContent } from './acp-shapes.ts'

/** Readable text of a content block; what is no text is named. */
export function blockText(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text ?? ''
    case 'resource':
      return block.resource?.text ?? block.resource?.uri ?? ''
    case 'resource_link':
      return block.uri ?? block.name ?? ''
    default:
      return `[${block.type}${block.mimeType === undefined ? '' : ` ${block.mimeType}`}]`
  }
}

/** The text of all content parts of a tool call; `undefined` where it has none. */
export function contentText(content: readonly ToolContent[] | null | undefined): string | undefined {
  const texts = (content ?? []).flatMap((part) =>
    part.type === 'content' && part.content !== undefined ? [blockText(part.content)] : [],
  )
  return texts.length === 0 ? undefined : texts.join('\n')
}

/** Claude Code puts what a tool answered between fences, for a page that reads Markdown; here it stands as it is. */
export function withoutFence(text: string): string {
  const fence = /^(`{3,})[^`\n]*\n/.exec(text)
  const end = fence === null ? undefined : `\n${fence[1] ?? ''}`
  if (fence === null || end === undefined || !text.endsWith(end)) return text
  const inside = text.slice(fence[0].length, -end.length)
  return inside.includes(end) ? text : inside
}

export interface FilePatch {
  path: string
  status: FileChange['status']
  added: number
  removed: number
  /** Unified diff; `undefined` where it is too large to work out. */
  patch: string | undefined
}

const patchedLimit = 2_000_000

/** Unified diffs of the `diff` parts of a tool call. */
export function contentPatches(
  content: readonly ToolContent[] | null | undefined,
  relative: (path: string) => string,
): FilePatch[] {
  return (content ?? []).flatMap((part) => {
    if (part.type !== 'diff' || part.path === undefined || part.newText === undefined) return []
    const path = relative(part.path).slice(0, 1000)
    const before = part.oldText ?? ''
    // OpenCode tells a file that was not there as one without text.
    const status = before === '' ? ('added' as const) : ('modified' as const)
    const patch =
      before.length + part.newText.length > patchedLimit
        ? undefined
        : createTwoFilesPatch(path, path, before, part.newText, '', '', { timeout: 1000 })
    return [{ path, status, ...countLines(patch), patch }]
  })
}

/** Added and removed lines of a unified diff. */
export function countLines(patch: string | undefined): { added: number; removed: number } {
  let added = 0
  let removed = 0
  let inHunk = false
  for (const line of (patch ?? '').split('\n')) {
    if (line.startsWith('@@')) inHunk = true
    else if (inHunk && line.startsWith('+')) added += 1
    else if (inHunk && line.startsWith('-')) removed += 1
  }
  return { added, removed }
}

/** The exact command of an `execute` call, where the harness tells it. */
export function commandOf(fields: Pick<ToolCallFields, 'rawInput'>): string | undefined {
  const input = objectOf(fields.rawInput)
  const command = input?.['command'] ?? input?.['cmd'] ?? input?.['script']
  if (typeof command === 'string') return command
  if (Array.isArray(command) && command.every((word) => typeof word === 'string'))
    return command.map(quoteWord).join(' ')
  return undefined
}

/** A word as a shell reads it back. */
function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

export function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
