import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EgressPolicy } from '#shared/domain/environment-egress.ts'
import { RunSecret } from '#shared/domain/secret.ts'
import { RunId, RunnerId } from '#shared/ids.ts'
import { dockerMissing, dockerSettings, testLimits } from '#test/fakes/docker.ts'
import { nodeInside } from '../harness/node-inside.ts'
import { createToolsFolder } from '../harness/tools-folder.ts'
import { silentLog } from '../log.ts'
import { createModelGateway } from '../models/gateway.ts'
import { createMcpHost } from '../plan-tools/mcp-host.ts'
import { createDockerProvider } from './docker.ts'
import { createDockerEngine } from './docker-engine.ts'
import type { Exec, Sandbox } from './sandbox.ts'

const missing = await dockerMissing()
const settings = dockerSettings()
const engine = createDockerEngine({ socket: settings['DROVER_DOCKER_SOCKET'], host: settings['DOCKER_HOST'] })
const realKey = 'sk-the-real-key-of-the-team'

describe.skipIf(missing !== undefined)(
  `what a container reaches${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const runId = RunId.parse(crypto.randomUUID())
    let folder: string
    let sandbox: Sandbox | undefined
    let notices: string[]
    let web: Server
    let webPort: number
    let reply: (request: IncomingMessage, response: ServerResponse) => void
    /** What names lead to. */
    let names: Record<string, string>
    beforeEach(async () => {
      notices = []
      names = {}
      reply = (_request, response) => response.end('the world')
      web = createServer((request, response) => reply(request, response))
      web.listen(0, '127.0.0.1')
      await once(web, 'listening')
      webPort = (web.address() as AddressInfo).port
      folder = await mkdtemp(join(tmpdir(), 'drover-ways-'))
      for (const name of ['workspace', 'home', 'tmp']) await mkdir(join(folder, name))
    })
    afterEach(async () => {
      await sandbox?.dispose()
      sandbox = undefined
      web.closeAllConnections()
      await new Promise((resolve) => web.close(resolve))
      await rm(folder, { recursive: true, force: true })
    })

    async function start(egress: EgressPolicy): Promise<Sandbox> {
      const provider = createDockerProvider({
        engine,
        limits: testLimits,
        logins: { of: async () => ({}), all: async () => ({}) },
        runnerId: RunnerId.parse(crypto.randomUUID()),
        cleanUp: true,
        node: () => nodeInside(createToolsFolder(join(folder, 'tools'), {})),
        resolve: async (name) => [names[name] ?? (await Promise.reject(new Error('ENOTFOUND')))],
      })
      const [workspace, home, tmp] = ['workspace', 'home', 'tmp'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ]
      const onNotice = (sentence: string): void => void notices.push(sentence)
      sandbox = await provider.start({ runId, workspace, home, tmp, tools: [], bridged: true, egress, onNotice })
      return sandbox
    }
    const said = async (exec: Exec): Promise<string> => {
      exec.stdin.end()
      const [out, errors] = await Promise.all([text(exec.stdout), text(exec.stderr)])
      return `${out}${errors}`.trim()
    }
    const script = async (code: string): Promise<string> =>
      said(await (sandbox as Sandbox).exec({ argv: ['node', '--input-type=module', '-e', code] }))
    const openModels = async (gateway = createModelGateway({ hostEnv: {}, log: silentLog })) => {
      const value = JSON.stringify({ api: 'openai', baseUrl: `http://127.0.0.1:${webPort}/v1`, key: realKey })
      const secrets = [RunSecret.parse({ name: 'MODELS', kind: 'model_endpoint', value })]
      const models = await gateway.open({ runId, sandbox: sandbox as Sandbox, secrets, onUsage: () => {} })
      return { gateway, ...(models.endpoint('openai') ?? { baseUrl: '', token: '' }) }
    }

    test('models answer as they speak, without a network, and their key is nowhere inside', async () => {
      const inside = await start({ kind: 'none' })
      const { gateway, baseUrl, token } = await openModels()
      let goOn = (): void => {}
      let key: string | undefined
      reply = (request, response) => {
        key = request.headers.authorization
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n')
        goOn = () => response.end('data: last\n\n')
      }
      const asking = `const answer = await fetch('${baseUrl}/responses', { method: 'POST', headers: { authorization: 'Bearer ${token}' }, body: 'x'.repeat(1_000_000) })
      for await (const piece of answer.body) process.stdout.write(piece)`
      const exec = await inside.exec({
        argv: ['node', '--input-type=module', '-e', asking],
        env: { OPENAI_API_KEY: token },
      })
      const [first] = (await once(exec.stdout, 'data')) as [Buffer]
      expect(first.toString()).toBe('data: first\n\n')
      const look =
        'cat /proc/*/environ /proc/*/cmdline 2>/dev/null; env; grep -rs sk-the-real / --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr'
      const seen = await said(await inside.exec({ argv: ['sh', '-c', look] }))
      expect(seen).toContain(token)
      // The one that looks has what it looks for on its own command line.
      expect(seen).not.toContain(realKey)
      goOn()
      expect(await said(exec)).toBe('data: last')
      expect(key).toBe(`Bearer ${realKey}`)
      await gateway.close()
    })

    test('the plan tools answer inside, by HTTP and as a program', async () => {
      const inside = await start({ kind: 'none' })
      const host = createMcpHost({
        log: silentLog,
        ask: async (_run, call) => ({ ok: true, text: `asked for ${call.tool}` }),
      })
      const tools = await host.open(runId, () => {}, inside)
      const call = JSON.stringify({
        jsonrpc: '2.0',
        id: 7,
        method: 'tools/call',
        params: { name: 'plan_read', arguments: {} },
      })
      const [http, program] = [tools.offer({ http: true }), tools.offer({ http: false })]
      if (!('url' in http) || !('command' in program)) throw new Error('both are offered')
      const headers = JSON.stringify({
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: http.headers[0]?.value,
      })
      expect(
        await script(
          `console.log(await (await fetch('${http.url}', { method: 'POST', headers: ${headers}, body: '${call}' })).text())`,
        ),
      ).toContain('asked for plan_read')
      const env = Object.fromEntries(program.env.map(({ name, value }) => [name, value]))
      const exec = await inside.exec({ argv: [program.command, ...program.args], env })
      exec.stdin.write(`${call}\n`)
      const [answer] = (await once(exec.stdout, 'data')) as [Buffer]
      expect(JSON.parse(answer.toString())).toMatchObject({
        id: 7,
        result: { content: [{ text: 'asked for plan_read' }] },
      })
      exec.stdin.end()
      await host.close()
    })

    test('a list of hosts is reached by name, and whatever else it tries comes to nothing', async () => {
      await start({ kind: 'hosts', hosts: [`allowed.test:${webPort}`, `127.0.0.1:${webPort}`, '*.rebound.test'] })
      names = { 'allowed.test': '127.0.0.1', 'a.rebound.test': '169.254.169.254', 'b.rebound.test': '10.1.2.3' }
      const ask = `import http from 'node:http'
      const get = (url) => new Promise((resolve) => {
        const { hostname, port } = new URL(process.env.HTTP_PROXY)
        http.get({ hostname, port, path: url, agent: false, headers: { host: new URL(url).host } }, async (answer) => resolve(answer.statusCode + ' ' + Buffer.concat(await answer.toArray()).toString().trim()))
      })`
      const tries = [
        `http://allowed.test:${webPort}/`,
        'http://evil.test/',
        'http://93.184.215.14/',
        'http://169.254.169.254/latest/meta-data/',
        'http://a.rebound.test/',
        'http://b.rebound.test/',
        `http://allowed.test:${webPort + 1}/`,
      ]
      const got = JSON.parse(
        await script(`${ask}; console.log(JSON.stringify(await Promise.all(${JSON.stringify(tries)}.map(get))))`),
      ) as string[]
      expect(got.map((one) => /^\d+ (?:Drover: )?(.*?)(?:, which|\.? This run|$)/.exec(one)?.[1])).toEqual([
        'the world',
        'evil.test (port 80) is not listed',
        '93.184.215.14 is an address that is not listed',
        '169.254.169.254 is an address that is not listed',
        'a.rebound.test is listed, but leads to 169.254.169.254',
        'b.rebound.test is listed, but leads to 10.1.2.3',
        `allowed.test (port ${webPort + 1}) is not listed`,
      ])
      // Node's own fetch takes a tunnel, as programs do for https.
      const fetched = `console.log(await fetch('http://allowed.test:${webPort}/').then((answer) => answer.text()), await fetch('https://other.test/').catch(() => 'failed'))`
      expect(await script(fetched)).toBe('the world failed')
      const around = `import net from 'node:net'; import dgram from 'node:dgram'; import dns from 'node:dns/promises'; import fs from 'node:fs'
      const tcp = (host, port) => new Promise((resolve) => net.connect({ host, port, timeout: 3000 }).on('connect', () => resolve('open')).on('error', (error) => resolve(error.code)).on('timeout', () => resolve('silent')))
      const udp = () => new Promise((resolve) => dgram.createSocket('udp4').send('x', 53, '8.8.8.8', (error) => resolve(error?.code ?? 'sent')))
      console.log(JSON.stringify([await tcp('93.184.215.14', 443), await tcp('169.254.169.254', 80), await tcp('172.17.0.1', ${webPort}), await tcp('127.0.0.1', ${webPort}), await udp(), await dns.lookup('example.com').then(() => 'found', (error) => error.code), fs.readFileSync('/proc/net/dev', 'utf8').split('\\n').slice(2).map((line) => line.split(':')[0].trim()).filter(Boolean).join()])); process.exit()`
      expect(JSON.parse(await script(around))).toEqual([
        'ENETUNREACH',
        'ENETUNREACH',
        'ENETUNREACH',
        'ECONNREFUSED',
        'ENETUNREACH',
        'EAI_AGAIN',
        'lo',
      ])
      expect(notices.filter((notice) => notice.includes('evil.test'))).toEqual([
        'A connection was refused: evil.test (port 80) is not listed.',
      ])
      expect(notices).toHaveLength(7)
    })

    test('when the agent ends the bridge, its calls fail, the run is told, and later ones work again', async () => {
      const inside = await start({ kind: 'none' })
      const { gateway, baseUrl, token } = await openModels()
      const ask = `const ask = () => fetch('${baseUrl}/responses', { method: 'POST', headers: { authorization: 'Bearer ${token}' } }).then((answer) => answer.text()).catch((error) => 'failed')`
      expect(await script(`${ask}; console.log(await ask())`)).toBe('the world')
      reply = (_request, response) => response.writeHead(200).write('half')
      const held = script(`${ask}; console.log(await ask())`)
      await new Promise((resolve) => web.once('request', resolve))
      const ended = 'for p in /proc/[0-9]*; do grep -qs "inside/mai[n].ts" $p/cmdline && kill -9 ${p#/proc/}; done'
      await said(await inside.exec({ argv: ['sh', '-c', ended] }))
      expect(await held).toBe('failed')
      reply = (_request, response) => response.end('the world')
      expect(
        await script(
          `${ask}; for (;;) { const said = await ask(); if (said !== 'failed') { console.log(said); break } }`,
        ),
      ).toBe('the world')
      expect(notices[0]).toContain('broke off')
      expect(notices[0]).toContain('it is made anew')
      await gateway.close()
    })
  },
)
