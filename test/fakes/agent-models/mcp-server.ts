import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { z } from 'zod'

/** A server of tools that is a program, as teams bring them along. */
const server = new McpServer({ name: 'other', version: '1' })
server.registerTool(
  'where',
  { description: 'Says where it is', inputSchema: { question: z.string() } },
  ({ question }) => ({
    content: [{ type: 'text', text: `${process.env['WHO'] ?? ''} in ${process.cwd()}: ${question}` }],
  }),
)
await server.connect(new StdioServerTransport())
