import { namedFiles } from './in-home.ts'

/** One JSON object a line, in a folder that is named for the path in which it works. */
export const claudeSession = namedFiles(({ id, workspace }) => [`${claudeFolder(workspace)}/${id}.jsonl`])

/** Below the home folder. */
export function claudeFolder(workspace: string): string {
  return `.claude/projects/${workspace.replaceAll(/[^A-Za-z0-9]/g, '-')}`
}
