import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import type { RunId } from '#shared/ids.ts'
import type { Log } from '../log.ts'
import { proxiesOf } from '../machine-proxies.ts'
import { createLoopback, createRunDoors } from '../run-doors.ts'
import type { forward as Forward } from './forward.ts'
import { modelApis, type ModelApi, type ModelCallUsage, type ModelEndpoint, type ModelGateway } from './endpoints.ts'
import { providers, upstreamsOf, type Upstream } from './providers.ts'
import { nameOf, ProxyRefusal, refusalOf, refuse } from './refusals.ts'

export interface ModelGatewayDeps {
  /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY of this machine. */
  hostEnv: Readonly<Record<string, string>>
  log: Log
  times?: { connectMs: number; headersMs: number; silenceMs: number }
}

interface Road {
  readonly forward: typeof Forward
  readonly dispatcher: Dispatcher
}

interface Run {
  readonly runId: RunId
  readonly open: Set<AbortController>
  upstreams: readonly Upstream[]
  readonly onUsage: (usage: ModelCallUsage) => void
}

/** A model may think for minutes before its first word, and between two of them. */
const usual = { connectMs: 15_000, headersMs: 600_000, silenceMs: 600_000 }
/** Requests of one run that may be open. */
export const mostOpen = 32
const mostConnections = 1024
const ours = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/

/**
 * The proxy through which the agents of all runs call their models. An agent has a token of its run, worth something here alone; the keys are added
 * on this side, so that none of them is ever in a sandbox. One listener on loopback, from the first run on.
 */
export function createModelGateway({ hostEnv, log, times = usual }: ModelGatewayDeps): ModelGateway {
  const runs = createRunDoors<Run>()
  let opening: Promise<Road> | undefined
  const loopback = createLoopback((request, response) => void serve(request, response), {
    maxConnections: mostConnections,
  })

  /** Only a run that asks a model needs it. */
  function road(): Promise<Road> {
    opening ??= Promise.all([import('undici'), import('./forward.ts')]).then(
      ([{ EnvHttpProxyAgent }, { forward }]) => ({
        forward,
        dispatcher: new EnvHttpProxyAgent({
          ...proxiesOf(hostEnv),
          allowH2: false,
          connect: { timeout: times.connectMs },
        }),
      }),
    )
    return opening
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const place = placeOf(request.url ?? '')
    const { api } = place ?? { api: 'openai' as const }
    const ending = new AbortController()
    let run: Run | undefined
    let where = providers[api].name
    response.on('error', () => {})
    response.once('close', () => ending.abort())
    try {
      // Pages of a browser on this machine have no business here, whatever name they came by.
      if (!ours.test(request.headers.host ?? '') || request.headers.origin !== undefined)
        throw new ProxyRefusal(403, 'This is not for pages.')
      run = runOf(request)
      if (run === undefined) throw new ProxyRefusal(401, 'This is not the token of a run, or its run is over.')
      if (place === undefined) throw new ProxyRefusal(404, 'There is nothing at this path.')
      if (run.open.size >= mostOpen)
        throw new ProxyRefusal(429, `More than ${mostOpen} requests of this run are open. Wait for one of them.`)
      run.open.add(ending)
      const upstreams = run.upstreams.filter((one) => isMeant(one, place))
      const [first] = upstreams
      if (first !== undefined) where = nameOf(first)
      const { onUsage } = run
      const { forward, dispatcher } = await road()
      await forward({
        request,
        response,
        api,
        path: place.path,
        upstreams,
        dispatcher,
        times,
        signal: ending.signal,
        onUsage,
      })
    } catch (error) {
      const refused =
        ending.signal.aborted && !response.destroyed
          ? new ProxyRefusal(502, 'The run was ended.')
          : refusalOf(error, where)
      if (refused.status >= 500 && !ending.signal.aborted)
        log.warn({ runId: run?.runId, status: refused.status }, refused.message)
      refuse(response, api, refused)
    } finally {
      run?.open.delete(ending)
    }
  }

  function runOf(request: IncomingMessage): Run | undefined {
    for (const token of tokensOf(request)) {
      const run = runs.find(token)
      if (run !== undefined) return run
    }
    return undefined
  }

  return {
    async open({ runId, sandbox, secrets, onUsage }) {
      const port = await loopback.listen()
      const reached = await sandbox.reach(port)
      const run: Run = { runId, open: new Set(), upstreams: upstreamsOf(secrets), onUsage }
      const { token, close } = runs.add(run)
      const base = `http://127.0.0.1:${reached}`
      return {
        endpoint: (api) => {
          const known = run.upstreams.some((one) => one.api === api)
          return known ? { api, baseUrl: `${base}/${api}${providers[api].prefix}`, token } : undefined
        },
        all: () => run.upstreams.map((one) => endpointOf(one, base, token)),
        renew: (next) => {
          run.upstreams = upstreamsOf(next)
        },
        close,
      }
    },
    async close() {
      runs.closeAll()
      await loopback.close()
      await (await opening)?.dispatcher.destroy()
    },
  }
}

interface Place {
  readonly api: ModelApi
  /** Of one server: its secret's name, or nothing for the provider itself. Absent: whichever is best. */
  readonly one: string | undefined
  /** Below the base address. */
  readonly path: string
}

/** `/<api>`, or `/<api>~<secret>` for one server alone; then what its libraries put behind the host. */
function placeOf(url: string): Place | undefined {
  const [, name, one, rest = ''] = /^\/(anthropic|openai|google|bedrock)(?:~(\w*))?(\/.*)$/.exec(url) ?? []
  const api = modelApis.find((known) => known === name)
  if (api === undefined || !rest.startsWith(`${providers[api].prefix}/`)) return undefined
  return { api, one, path: rest.slice(providers[api].prefix.length) }
}

function isMeant({ api, own = '' }: Upstream, place: Place): boolean {
  return api === place.api && (place.one === undefined || place.one === own)
}

function endpointOf({ api, own, models, aws }: Upstream, base: string, token: string): ModelEndpoint {
  const baseUrl = `${base}/${api}~${own ?? ''}${providers[api].prefix}`
  const endpoint = { api, baseUrl, token, ...(aws === undefined ? {} : { region: aws.region }) }
  return own === undefined ? endpoint : { ...endpoint, own: { name: own, models } }
}

/** Each library has its own place for the key. */
function tokensOf({ headers, url = '' }: IncomingMessage): string[] {
  const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const named = [headers['x-api-key'], headers['x-goog-api-key'], headers['api-key']].flat()
  const asked = url.includes('?') ? new URLSearchParams(url.slice(url.indexOf('?'))).get('key') : null
  return [bearer, ...named, asked ?? undefined].filter((token) => token !== undefined)
}
