import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { z } from 'zod'
import { droverVersion } from '#shared/version.ts'
import { messageOf } from '../../log.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { failed, middleCut, type OwnTool, type ToolAnswer } from './tool.ts'

const pair = z.object({ name: z.string(), value: z.string() })

/** A server of the Model Context Protocol, as the Agent Client Protocol names it. */
export const McpServer = z.union([
  z.looseObject({ type: z.literal('http'), name: z.string(), url: z.url(), headers: z.array(pair).default([]) }),
  z.looseObject({
    type: z.literal('stdio').optional(),
    name: z.string(),
    command: z.string(),
    args: z.array(z.string()).default([]),
    env: z.array(pair).default([]),
  }),
])
export type McpServer = z.infer<typeof McpServer>

/** Tools of the servers that a session was given. */
export interface McpTools {
  readonly tools: readonly OwnTool[]
  /** A sentence for each server that can't be used. */
  readonly problems: readonly string[]
  close(): Promise<void>
}

const startMs = 20_000
const callMs = 600_000
const shownLength = 60_000
const mostTools = 100
/** Its own tools, for plans, change nothing but Drover's plans; Drover itself checks what a run may do there. */
const ownServer = 'drover'

const Content = z.array(
  z.looseObject({
    type: z.string(),
    text: z.string().optional(),
    data: z.string().optional(),
    mimeType: z.string().optional(),
    uri: z.string().optional(),
    resource: z.looseObject({ uri: z.string().optional(), text: z.string().optional() }).optional(),
  }),
)

export async function openMcpTools(
  servers: readonly (McpServer | { readonly unknown: string })[],
  sandbox: Sandbox,
): Promise<McpTools> {
  if (servers.length === 0) return { tools: [], problems: [], close: async () => {} }
  const taken = new Set<string>()
  const opened = await Promise.all(
    servers.map(async (server) => {
      if (isUnknown(server))
        return { problem: `The tools of ${server.unknown} can’t be used: only http and stdio are known.` }
      try {
        return await connect(server, sandbox, taken)
      } catch (error) {
        return { problem: `The tools of ${server.name} can’t be used: ${messageOf(error)}` }
      }
    }),
  )
  return {
    tools: opened.flatMap((one) => ('tools' in one ? one.tools : [])).slice(0, mostTools),
    problems: opened.flatMap((one) => ('problem' in one ? [one.problem] : [])),
    close: async () => {
      await Promise.allSettled(opened.flatMap((one) => ('client' in one ? [one.client.close()] : [])))
    },
  }
}

function isUnknown(server: McpServer | { readonly unknown: string }): server is { readonly unknown: string } {
  return !('name' in server)
}

async function connect(
  server: McpServer,
  sandbox: Sandbox,
  taken: Set<string>,
): Promise<{ client: Client; tools: OwnTool[] }> {
  // Only a session that has servers needs it.
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js')
  const client = new Client({ name: 'drover', title: 'Drover', version: droverVersion })
  await client.connect(await transportOf(server, sandbox), { timeout: startMs })
  try {
    const { tools } = await client.listTools(undefined, { timeout: startMs })
    return { client, tools: tools.map((tool) => toOwnTool(server.name, tool, client, taken)) }
  } catch (error) {
    await client.close()
    throw error
  }
}

async function transportOf(server: McpServer, sandbox: Sandbox): Promise<Transport> {
  if (server.type !== 'http') {
    const { sandboxTransport } = await import('./mcp-stdio.ts')
    return sandboxTransport(server, sandbox)
  }
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js')
  const headers = Object.fromEntries(server.headers.map(({ name, value }) => [name, value]))
  return new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } })
}

function toOwnTool(
  server: string,
  tool: { name: string; title?: string | undefined; description?: string | undefined; inputSchema: object },
  client: Client,
  taken: Set<string>,
): OwnTool {
  const own = tool.title ?? tool.name
  const title = server === ownServer ? own : `${server}: ${own}`
  return {
    name: freeName(`${server}_${tool.name}`, taken),
    description: (tool.description ?? title).slice(0, 4000),
    schema: { ...tool.inputSchema },
    changes: server !== ownServer,
    prepare: (input) => ({
      shown: { title, kind: 'other', rawInput: input },
      async run(call) {
        const asked = { _meta: { 'drover/mcp': { server, tool: tool.name } } }
        const denied = server === ownServer ? undefined : await call.ask(asked)
        if (denied !== undefined) return denied
        await call.update({ status: 'in_progress' })
        const args = z.record(z.string(), z.unknown()).catch({}).parse(input)
        const answer = await client.callTool({ name: tool.name, arguments: args }, undefined, {
          signal: call.signal,
          timeout: callMs,
          resetTimeoutOnProgress: true,
        })
        return answerOf(answer)
      },
    }),
  }
}

function answerOf(answer: Record<string, unknown>): ToolAnswer {
  const content = Content.safeParse(answer['content'])
  if (!content.success) {
    const other = answer['structuredContent'] ?? answer['toolResult']
    return other === undefined
      ? failed('It answered with nothing.')
      : { text: middleCut(JSON.stringify(other), shownLength) }
  }
  const images = content.data.flatMap(({ type, data, mimeType }) =>
    type === 'image' && data !== undefined && mimeType !== undefined ? [{ data, mediaType: mimeType }] : [],
  )
  const texts = content.data.flatMap(({ type, text, uri, resource }) => {
    if (type === 'image') return []
    return [text ?? resource?.text ?? resource?.uri ?? uri ?? `[${type}]`]
  })
  return {
    text: middleCut(texts.join('\n'), shownLength),
    ...(images.length === 0 ? {} : { images: images.slice(0, 4) }),
    ...(answer['isError'] === true ? { isError: true } : {}),
  }
}

/** Providers take letters, digits, `_` and `-`, 64 at most. */
function freeName(wanted: string, taken: Set<string>): string {
  const plain = wanted.replaceAll(/[^\w-]/g, '_').slice(0, 60)
  let name = plain
  for (let n = 2; taken.has(name); n++) name = `${plain}_${n}`
  taken.add(name)
  return name
}
