import { posix } from 'node:path'
import { foundFile, type Whereabouts } from './in-home.ts'

/**
 * Gemini CLI has a folder for each project, named for the last part of its path, and in it one file for each session: one JSON object a line. It looks into
 * all files whose name ends with the first part of the id. Where it loads one it first begins a file for the very minute, so what comes from elsewhere has a name of no
 * minute of today: else it would be written over.
 */
export const geminiSession = foundFile(
  ({ id, workspace }) => geminiChats(workspace, id),
  ({ id, workspace }) => `${geminiChatsFolder(workspace)}/session-2000-01-01T00-00-${id.slice(0, 8)}.jsonl`,
)

export function geminiChats(workspace: string, id: string): Whereabouts {
  return {
    folder: geminiChatsFolder(workspace),
    levels: [],
    name: new RegExp(String.raw`^session-[\dT-]{1,40}-${id.slice(0, 8)}\.jsonl$`),
  }
}

/** Below the home folder. */
export function geminiChatsFolder(workspace: string): string {
  const slug = posix
    .basename(workspace)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return `.gemini/tmp/${slug === '' ? 'project' : slug}/chats`
}
