import { posix } from 'node:path'
import { z } from 'zod'
import { ContentBlock, type PromptAnswer, type ToolCallFields } from './acp-shapes.ts'
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

/** Codex tells a call of a server's tool as a command, and what it answered only as raw output. */
export const codexDialect: Dialect = (fields) => {
  const input = objectOf(fields.rawInput)
  const server = input?.['server']
  const tool = input?.['tool']
  const named =
    fields._meta?.['is_mcp_tool_call'] === true && typeof server === 'string' && typeof tool === 'string'
      ? { kind: 'other' as const, title: `${server}: ${tool}`, rawInput: input?.['arguments'] }
      : {}
  const output = objectOf(fields.rawOutput)
  const content = ToolContents.safeParse(objectOf(output?.['result'])?.['content'])
  const failure = objectOf(output?.['error'])?.['message']
  const told = content.success
    ? content.data.map((block) => ({ type: 'content', content: block }))
    : typeof failure === 'string'
      ? [{ type: 'content', content: { type: 'text', text: failure } }]
      : undefined
  return {
    ...fields,
    ...named,
    ...(told === undefined ? {} : { content: [...(fields.content ?? []), ...told], rawOutput: undefined }),
  }
}

const ToolContents = z.array(ContentBlock)

/** Codex ends its turn as if all were well when its model failed, with the error as its last words; only what it used tells. */
export function codexModelFailed(answer: PromptAnswer): boolean {
  const quota = objectOf(answer._meta?.['quota'])
  return answer.stopReason === 'end_turn' && quota !== undefined && quota['token_count'] === null
}
