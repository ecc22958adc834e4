import type { ToolCallFields } from './acp-shapes.ts'
import { objectOf } from './tool-content.ts'

/** What a tool call is, as far as its harness tells; a command is told apart before (`commandOf`). */
export type ToolAction =
  | { readonly kind: 'edit'; readonly paths: readonly string[]; readonly deletes: boolean }
  | { readonly kind: 'read'; readonly paths: readonly string[] }
  | { readonly kind: 'fetch'; readonly host: string | undefined }
  | { readonly kind: 'mcp'; readonly server: string | undefined; readonly tool: string }
  | { readonly kind: 'plan' }
  | { readonly kind: 'other' }

/** Drover's own server for agents: its tools make, read and change plans. */
const planServer = 'drover'

/**
 * Names of tools are read first, since harnesses give the tools of MCP servers any kind: `mcp__server__tool` (Claude Code, in `_meta` or as
 * the title), `_meta.is_mcp_tool_approval` with server and tool in the input (Codex), `tool (server MCP Server)` (Gemini CLI).
 */
export function actionOf(call: ToolCallFields): ToolAction {
  const tool = mcpTool(call)
  if (tool !== undefined) return tool.server === planServer ? { kind: 'plan' } : { kind: 'mcp', ...tool }
  const patched = (call.content ?? []).some((part) => part.type === 'diff')
  switch (call.kind) {
    case 'edit':
    case 'delete':
    case 'move':
      return { kind: 'edit', paths: pathsOf(call), deletes: call.kind !== 'edit' }
    case 'read':
      return { kind: 'read', paths: pathsOf(call) }
    case 'search': {
      const paths = pathsOf(call)
      return { kind: 'read', paths: paths.length === 0 ? ['.'] : paths }
    }
    case 'fetch':
      return { kind: 'fetch', host: hostOf(call.rawInput) }
    default:
      return patched ? { kind: 'edit', paths: pathsOf(call), deletes: false } : { kind: 'other' }
  }
}

function mcpTool(call: ToolCallFields): { server: string | undefined; tool: string } | undefined {
  const title = call.title ?? ''
  const ofClaude = objectOf(call._meta?.['claudeCode'])?.['toolName']
  for (const name of [typeof ofClaude === 'string' ? ofClaude : '', title]) {
    const [, server, tool] = /^mcp__(.+?)__(.+)$/s.exec(name) ?? []
    if (server !== undefined && tool !== undefined) return { server, tool }
  }
  const [, tool, server] = /^(\S+) \((.+) MCP Server\)/.exec(title) ?? []
  if (tool !== undefined && server !== undefined) return { server, tool }
  if (call._meta?.['is_mcp_tool_approval'] !== true) return undefined
  const input = objectOf(call.rawInput)
  const named = objectOf(input?.['invocation']) ?? input
  return {
    server: textOf(named?.['server'] ?? named?.['server_name']),
    tool: textOf(named?.['tool'] ?? named?.['tool_name']) ?? title,
  }
}

/** Every path that a call names; a harness may tell them in any of three places. */
function pathsOf(call: ToolCallFields): string[] {
  const input = objectOf(call.rawInput) ?? {}
  const named = ['file_path', 'filePath', 'filepath', 'path', 'absolute_path', 'notebook_path', 'abs_path', 'old_path', 'new_path', 'source', 'destination'] // prettier-ignore
  const changes = objectOf(input['changes'])
  return [
    ...new Set([
      ...(call.content ?? []).flatMap((part) => (part.type === 'diff' && part.path !== undefined ? [part.path] : [])),
      ...(call.locations ?? []).map((location) => location.path),
      ...named.flatMap((key) => textOf(input[key]) ?? []),
      ...(changes === undefined ? [] : Object.keys(changes)),
    ]),
  ]
}

function hostOf(input: unknown): string | undefined {
  const given = objectOf(input)
  const address = textOf(given?.['url'] ?? given?.['uri'])
  return address === undefined ? undefined : (URL.parse(address)?.host ?? undefined)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
