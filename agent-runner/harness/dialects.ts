import { posix } from 'node:path'
import type { ToolCallFields } from './acp-shapes.ts'
import { contentText, objectOf } from './tool-content.ts'

/** Reads what a harness tells of a tool call as the others would tell it. Reading it twice changes nothing more. */
export type Dialect = (fields: ToolCallFields, workspace: string) => ToolCallFields

/**
 * Gemini CLI has the exact command as the title of a call, and where it runs in words: `[in folder]` or
 * `[current working directory /folder]`, then its description.
 */
export const geminiDialect: Dialect = (fields, workspace) => {
  const { title, toolCallId } = fields
  if (!toolCallId.startsWith('run_shell_command') || title == null || title === '') return fields
  if (objectOf(fields.rawInput)?.['command'] !== undefined) return fields
  const told = contentText(fields.content)
  const place = /^\[(?:in|current working directory) ([^\]]+)\]/.exec(told ?? '')?.[1]
  const finished = fields.status === 'completed' || fields.status === 'failed'
  return {
    ...fields,
    rawInput: { command: title, ...(place === undefined ? {} : { cwd: posix.resolve(workspace, place) }) },
    // It is no output.
    ...(finished ? {} : { content: undefined }),
  }
}
