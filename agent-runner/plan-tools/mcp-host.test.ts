import { request } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PlanId, RunId } from '#shared/ids.ts'
import { agentMarkdownLimit, type PlanToolAnswer, type PlanToolCall } from '#shared/protocol/plan-tools.ts'
import { silentLog } from '../log.ts'
import { waysHere } from '../sandbox/own-files.ts'
import { createMcpHost, type McpHost, type PlanTools } from './mcp-host.ts'

const [one, two] = [1, 2].map((n) => RunId.parse(`0192f0e4-0000-7000-8000-00000000000${n}`)) as [RunId, RunId]
const planId = PlanId.parse('0192f0e4-0000-7000-8000-000000000009')

let host: McpHost
let asked: { runId: RunId; call: PlanToolCall }[]
let answer: (call: PlanToolCall) => PlanToolAnswer
const clients: Client[] = []
beforeEach(() => {
  asked = []
  answer = () => ({ ok: true, text: 'done' })
  host = createMcpHost({
    log: silentLog,
    async ask(runId, call) {
      asked.push({ runId, call })
      return answer(call)
    },
  })
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  await host.close()
})

function httpOf(tools: PlanTools): { url: string; authorization: string } {
  const offer = tools.offer({ http: true })
  if (!('url' in offer)) throw new Error('it is offered by HTTP')
  return { url: offer.url, authorization: offer.headers[0]?.value ?? '' }
}
async function connect(tools: PlanTools, by: 'http' | 'stdio'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  clients.push(client)
  const offer = tools.offer({ http: by === 'http' })
  if ('url' in offer) {
    const headers = Object.fromEntries(offer.headers.map(({ name, value }) => [name, value]))
    await client.connect(new StreamableHTTPClientTransport(new URL(offer.url), { requestInit: { headers } }))
  } else {
    const env = Object.fromEntries(offer.env.map(({ name, value }) => [name, value]))
    await client.connect(new StdioClientTransport({ command: offer.command, args: [...offer.args], env }))
  }
  return client
}
const nothingMade = (): void => {
  throw new Error('no plan was made')
}

describe.each(['http', 'stdio'] as const)('over %s', (by) => {
  test('a harness finds the tools, and what it calls is asked for its run', async () => {
    const made: unknown[] = []
    const client = await connect(await host.open(one, (plan) => made.push(plan), waysHere), by)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      'plan_create',
      'plan_read',
      'plan_update',
      'plan_set_step',
      'plan_comment',
    ])
    expect(tools.every(({ description = '' }) => description.length > 50)).toBe(true)
    answer = () => ({ ok: true, text: 'It was made.', made: { planId, title: 'Extract billing' } })
    expect(
      await client.callTool({ name: 'plan_create', arguments: { markdown: '# Extract billing\n\n“ünïcode” 日本' } }),
    ).toMatchObject({ content: [{ type: 'text', text: 'It was made.' }], isError: false })
    answer = () => ({ ok: false, text: 'There is no such step.' })
    expect(
      await client.callTool({ name: 'plan_set_step', arguments: { plan_id: planId, step_id: 's', done: true } }),
    ).toMatchObject({ content: [{ text: 'There is no such step.' }], isError: true })
    expect(asked).toEqual([
      { runId: one, call: { tool: 'plan_create', markdown: '# Extract billing\n\n“ünïcode” 日本' } },
      { runId: one, call: { tool: 'plan_set_step', planId, stepId: 's', done: true } },
    ])
    expect(made).toEqual([{ planId, title: 'Extract billing' }])
  })

  test('arguments that are wrong are told to the model and asked of nobody', async () => {
    const client = await connect(await host.open(one, nothingMade, waysHere), by)
    for (const given of [{}, { markdown: 7 }, { markdown: 'x'.repeat(agentMarkdownLimit + 1) }])
      expect(await client.callTool({ name: 'plan_create', arguments: given })).toMatchObject({ isError: true })
    expect(asked).toEqual([])
  })

  test('once the run is closed, nothing is answered any more', async () => {
    const tools = await host.open(one, nothingMade, waysHere)
    const client = await connect(tools, by)
    await client.listTools()
    tools.close()
    await expect(client.callTool({ name: 'plan_read', arguments: { plan_id: planId } })).rejects.toThrow()
    expect(asked).toEqual([])
  })
})

test('each run has a token of its own, and asks for itself alone', async () => {
  const [first, second] = [await host.open(one, nothingMade, waysHere), await host.open(two, nothingMade, waysHere)]
  expect(httpOf(first).authorization).not.toBe(httpOf(second).authorization)
  const client = await connect(second, 'http')
  first.close()
  await client.callTool({ name: 'plan_read', arguments: { plan_id: planId, section_id: 'a' } })
  expect(asked).toEqual([{ runId: two, call: { tool: 'plan_read', planId, sectionId: 'a' } }])
})

test('whoever has no token, comes from a page or sends too much is sent away', async () => {
  const { url, authorization } = httpOf(await host.open(one, nothingMade, waysHere))
  const headers = { authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const status = async (init: RequestInit, of = url): Promise<number> => (await fetch(of, init)).status
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  expect(await status({ method: 'POST', headers, body })).toBe(200)
  expect(await status({ method: 'POST', headers: { ...headers, authorization: 'Bearer wrong' }, body })).toBe(401)
  expect(await status({ method: 'POST', body })).toBe(401)
  expect(await status({ method: 'POST', headers: { ...headers, origin: 'http://localhost' }, body })).toBe(403)
  expect(await status({ headers })).toBe(405)
  expect(await status({ method: 'POST', headers, body }, url.replace('/mcp', '/other'))).toBe(404)
  expect(await status({ method: 'POST', headers, body: 'no json' })).toBe(400)
  expect(await status({ method: 'POST', headers, body: 'x'.repeat(2_000_001) })).toBe(413)
  // A name that leads to this machine, as in a rebound page.
  const rebound = await new Promise<number | undefined>((resolve, reject) => {
    request(url, { method: 'POST', headers: { ...headers, host: 'rebound.test' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end(body)
  })
  expect(rebound).toBe(403)
})
