import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RunId } from '#shared/ids.ts'
import type { Log } from '../log.ts'
import { cleanHeaders, passable } from '../models/passed-parts.ts'
import { createLoopback, createRunDoors } from '../run-doors.ts'
import { ProxyRefusal, refusalOf } from '../models/refusals.ts'
import { basicAuth, type HostCredential } from './credentials.ts'
import { createRoads, type Roads } from './roads.ts'

/**
 * The proxy through which git of all runs speaks with private hosts. A process has a token of its run, worth something here alone; the host's own
 * token is added on this side, for that host and for nothing but git's own requests. One listener on loopback, from the first run on.
 */
export interface GitGateway {
  /** @param admits whether the run may reach a host; a sentence says why not. */
  open(run: {
    runId: RunId
    hosts: readonly HostCredential[]
    admits?: ((host: string, port: number) => string | undefined) | undefined
  }): Promise<GatewayDoor>
  readonly roads: Roads
  close(): Promise<void>
}

export interface GatewayDoor {
  /** On this machine's loopback. */
  readonly port: number
  readonly token: string
  close(): void
}

interface Run {
  readonly runId: RunId
  readonly hosts: readonly HostCredential[]
  readonly admits: ((host: string, port: number) => string | undefined) | undefined
  readonly open: Set<AbortController>
}

/** Requests of one run that may be open. */
const mostOpen = 32
/** A host may count for minutes before it sends a large repository. */
const silenceMs = 600_000
const ours = /^127\.0\.0\.1:\d+$/
/** What git and Git LFS ask of a repository. Whatever else a host offers is not reached with its token. */
const asked = {
  GET: /^\/[^?]+\/(?:info\/refs\?service=git-(?:upload|receive)-pack|info\/lfs\/locks(?:\?[^/]*)?)$/,
  POST: /^\/[^?]+\/(?:git-upload-pack|git-receive-pack|info\/lfs\/(?:objects\/batch|locks(?:\/verify|\/[^/?]+\/unlock)?))$/,
}

export function createGitGateway({
  hostEnv,
  log,
}: {
  /** Proxies and certificates of this machine. */
  hostEnv: Readonly<Record<string, string>>
  log: Log
}): GitGateway {
  const runs = createRunDoors<Run>()
  const roads = createRoads(hostEnv)
  const loopback = createLoopback((request, response) => void serve(request, response), { requestTimeout: 0 })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const ending = new AbortController()
    let run: Run | undefined
    let where = 'The Git host'
    response.on('error', () => {})
    response.once('close', () => ending.abort())
    try {
      if (!ours.test(request.headers.host ?? '') || request.headers.origin !== undefined)
        throw new ProxyRefusal(403, 'This is not for pages.')
      run = runOf(request)
      if (run === undefined) throw new ProxyRefusal(403, 'This is not the token of a run, or its run is over.')
      const { host, path } = placeOf(request, run)
      where = host.host
      const { hostname, port, protocol } = new URL(host.origin)
      const why = run.admits?.(hostname, port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port))
      if (why !== undefined) throw new ProxyRefusal(403, why)
      if (run.open.size >= mostOpen)
        throw new ProxyRefusal(429, `More than ${mostOpen} requests of this run are open. Wait for one of them.`)
      run.open.add(ending)
      await pass(request, response, { host, path, signal: ending.signal })
    } catch (error) {
      const refused =
        ending.signal.aborted && !response.destroyed
          ? new ProxyRefusal(502, 'The run was ended.')
          : refusalOf(error, where)
      if (refused.status >= 500 && !ending.signal.aborted)
        log.warn({ runId: run?.runId, status: refused.status }, refused.message)
      refuse(request, response, refused)
    } finally {
      run?.open.delete(ending)
    }
  }

  async function pass(
    request: IncomingMessage,
    response: ServerResponse,
    { host, path, signal }: { host: HostCredential; path: string; signal: AbortSignal },
  ): Promise<void> {
    const answer = await roads.request(`${host.origin}${path}`, {
      method: request.method === 'POST' ? 'POST' : 'GET',
      headers: { ...passable(request.headers, undefined), authorization: basicAuth(host) },
      body: request.method === 'POST' ? request : null,
      signal,
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    })
    const { statusCode } = answer
    const instead = judge(answer, { host, pushes: path.includes('git-receive-pack') })
    if (instead instanceof ProxyRefusal) {
      answer.body.on('error', () => {}).destroy()
      throw instead
    }
    const headers = { ...cleanHeaders(answer.headers, host.token), ...instead }
    delete headers['www-authenticate']
    response.writeHead(statusCode, headers)
    response.flushHeaders()
    await new Promise<void>((resolve, reject) => {
      response.once('close', () => {
        answer.body.destroy()
        resolve()
      })
      answer.body.once('error', reject)
      answer.body.pipe(response).once('finish', () => resolve())
    })
  }

  function runOf({ headers }: IncomingMessage): Run | undefined {
    const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
    return token === undefined ? undefined : runs.find(token)
  }

  return {
    roads,
    async open({ runId, hosts, admits }) {
      const port = await loopback.listen()
      return { port, ...runs.add({ runId, hosts, admits, open: new Set() }) }
    },
    async close() {
      runs.closeAll()
      await loopback.close()
      await roads.close()
    },
  }
}

/** `/<host>/<repository>/…`, for a host of this run. @throws ProxyRefusal */
function placeOf({ url = '', method }: IncomingMessage, run: Run): { host: HostCredential; path: string } {
  const [, name, path = ''] = /^\/([^/]+)(\/.*)$/.exec(url) ?? []
  const host = run.hosts.find((one) => one.host === name)
  if (host === undefined) throw new ProxyRefusal(403, `This run has no credential for ${name ?? 'this host'}.`)
  const known = method === 'GET' || method === 'POST' ? asked[method] : undefined
  if (known?.test(path) !== true || climbs(path))
    throw new ProxyRefusal(403, 'Only git’s own requests are passed on with the host’s token.')
  return { host, path }
}

/** A server behind it may decode once more than this one did. */
function climbs(path: string): boolean {
  let plain = path
  for (let round = 0; round < 3; round++) {
    try {
      plain = decodeURIComponent(plain)
    } catch {
      return true
    }
  }
  return /[\0\\]/.test(plain) || plain.split(/[/?]/).some((part) => part === '..' || part === '.')
}

/** Headers to set, or why the answer can't be passed on as it is. */
function judge(
  { statusCode, headers }: { statusCode: number; headers: Readonly<Record<string, string | string[] | undefined>> },
  { host, pushes }: { host: HostCredential; pushes: boolean },
): ProxyRefusal | Record<string, string> {
  // Git would ask for a password, which nobody can give.
  if (statusCode === 401)
    return new ProxyRefusal(
      403,
      `${host.host} does not accept the token of the secret ${host.name}. Is it expired or withdrawn?`,
    )
  if (statusCode === 403 && pushes)
    return new ProxyRefusal(
      403,
      `${host.host} does not let the token of the secret ${host.name} push there. Give it write rights, or the person who owns it.`,
    )
  if (statusCode < 300 || statusCode > 399 || statusCode === 304) return {}
  const to = String(headers['location'] ?? '')
  const target = URL.canParse(to, host.origin) ? new URL(to, host.origin) : undefined
  if (target?.origin !== host.origin)
    return new ProxyRefusal(
      403,
      `${host.host} leads on to ${target?.host ?? 'an address that can’t be read'}, where its token is not sent. Use the repository’s new address.`,
    )
  return { location: `/${host.host}${target.pathname}${target.search}` }
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, message }: ProxyRefusal): void {
  request.resume()
  if (response.headersSent) return void response.destroy()
  // Git shows what a plain text says.
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    .end(`Drover: ${message}\n`)
}
