import type { EntryOf } from './entry-of.ts'
import { countLines } from '../text/fold.ts'
import { wholeText } from '#shared/domain/bounded-text.ts'

type Tool = EntryOf<'tool'>['body']

/** What a tool line names after its verb. `machine`: a path or a command, drawn in mono. */
export type ToolTarget = { readonly text: string; readonly kind: 'command' | 'path' | 'words' }

const verbs =
  /^(read|reading|edit|editing|edited|write|writing|wrote|delete|deleting|move|moving|search|searching|searched|grep|glob|find|run|running|ran|fetch|fetching|execute|executing|list|patch)(?:\s+file)?(?:\s*:)?\s+/i

export function toolTarget(tool: Tool): ToolTarget {
  if (tool.toolKind === 'execute') {
    const command = tool.command ?? withoutTicks(tool.title)
    return { text: oneLine(command), kind: 'command' }
  }
  const path = tool.changes?.[0]?.path ?? tool.locations[0]?.path
  const touchesFiles =
    tool.toolKind === 'read' || tool.toolKind === 'edit' || tool.toolKind === 'delete' || tool.toolKind === 'move'
  if (touchesFiles && path !== undefined) return { text: path, kind: 'path' }
  const words = withoutTicks(tool.title.replace(verbs, ''))
  return { text: words === '' ? tool.title : words, kind: touchesFiles && /^[^\s]+$/.test(words) ? 'path' : 'words' }
}

export function isRunning(status: Tool['status']): boolean {
  return status === 'pending' || status === 'in_progress'
}

/** Files that a tool changed beyond the one it is named for. */
export function moreFiles(tool: Tool): number {
  return Math.max(0, Math.max(tool.changes?.length ?? 0, tool.locations.length) - 1)
}

export function changedLines(tool: Tool): { readonly added: number; readonly removed: number } | undefined {
  if (tool.changes === undefined || tool.changes.length === 0) return undefined
  return {
    added: tool.changes.reduce((sum, change) => sum + change.added, 0),
    removed: tool.changes.reduce((sum, change) => sum + change.removed, 0),
  }
}

/** Lines of what it answered, when all of it is here. */
export function outputLines(tool: Tool): number | undefined {
  const text = tool.output === undefined ? undefined : wholeText(tool.output)
  return text === undefined || text === '' ? undefined : countLines(text)
}

/**
 * Whether a tool starts unfolded: what failed and what runs a command now always does; on wide screens also a command
 * or an edit that is short enough to be read in passing.
 */
export function opensByItself(tool: Tool, wide: boolean): boolean {
  if (tool.status === 'failed') return true
  if (tool.toolKind === 'execute') {
    // One that has not begun waits for somebody's leave: the question above the composer shows it.
    if (tool.status === 'pending') return false
    if (tool.status === 'in_progress') return true
    const lines = outputLines(tool)
    return wide && lines !== undefined && lines <= 12
  }
  if (tool.toolKind !== 'edit' || !wide) return false
  const [change, second] = tool.changes ?? []
  return change?.patch !== undefined && second === undefined && countLines(change.patch) <= 18
}

function withoutTicks(title: string): string {
  return title.replace(/^`+|`+$/g, '').trim()
}

function oneLine(command: string): string {
  return command.trim().split(/\n\s*/).join(' ⏎ ')
}
