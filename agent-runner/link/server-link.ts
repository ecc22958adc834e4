import { WebSocket } from 'ws'
import { RunnerDown, runnerProtocol, type RunnerHello, type RunnerUp } from '#shared/protocol/runner-link.ts'
import type { Clock } from '../clock.ts'
import { messageOf, type Log } from '../log.ts'
import { createBackoff } from './backoff.ts'

/**
 * The connection to the server: opened, watched and opened again for as long as the runner lives.
 *
 *   connecting ──open──▶ greeting ──welcome──▶ ready ──close, silence──▶ waiting (back-off) ──▶ connecting
 */
export interface ServerLink {
  /** Sends a message if the link is ready; what must not be lost is kept by the caller and sent again after `onReady`. */
  send(message: RunnerUp): void
  sendText(frame: string): void
  ready(): boolean
  /** Resolves when the socket takes more; at once when there is no socket. */
  roomy(): Promise<void>
  close(): Promise<void>
}

export interface ServerLinkDeps {
  /** Of the server, `http:` or `https:`. */
  url: string
  key: string
  clock: Clock
  log: Log
  hello: () => RunnerHello
  activeRuns: () => RunnerHello['runs'][number]['runId'][]
  onReady: (welcome: Extract<RunnerDown, { type: 'welcome' }>) => void
  onMessage: (message: RunnerDown) => void
  onLost: () => void
  /** First and longest wait between attempts. */
  firstWaitMs?: number
  mostWaitMs?: number
}

const greetingMs = 15_000
const frameLimit = 16_000_000
const bufferLimit = 4_000_000
const refusedWaitMs = 30_000

export function createServerLink(deps: ServerLinkDeps): ServerLink {
  const { log, clock } = deps
  const closing = new AbortController()
  const backoff = createBackoff({
    random: () => clock.random(),
    ...(deps.firstWaitMs === undefined ? {} : { firstMs: deps.firstWaitMs }),
    ...(deps.mostWaitMs === undefined ? {} : { mostMs: deps.mostWaitMs }),
  })
  let socket: WebSocket | undefined
  let isReady = false
  let told = ''
  const finished = loop()

  async function loop(): Promise<void> {
    while (!closing.signal.aborted) {
      const end = await connectOnce()
      if (closing.signal.aborted) return
      say(end)
      if (end.refused) await new Promise<void>((resolve) => wait(refusedWaitMs, resolve))
      else await backoff.wait(closing.signal)
    }
  }

  function wait(ms: number, done: () => void): void {
    const timer = setTimeout(done, deps.mostWaitMs === undefined ? ms : Math.min(ms, deps.mostWaitMs))
    closing.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      done()
    })
  }

  /** The same trouble is told once, until it changes or a connection succeeded. */
  function say(end: { sentence: string; refused: boolean }): void {
    if (end.sentence === told) return
    told = end.sentence
    if (end.refused) log.error({ url: deps.url }, end.sentence)
    else log.warn({ url: deps.url }, end.sentence)
  }

  function connectOnce(): Promise<{ sentence: string; refused: boolean }> {
    return new Promise((resolve) => {
      const address = `${deps.url.replace(/^http/, 'ws')}/api/runner/socket`
      const opened = new WebSocket(address, {
        headers: { authorization: `Bearer ${deps.key}` },
        maxPayload: frameLimit,
        handshakeTimeout: greetingMs,
        perMessageDeflate: false,
      })
      socket = opened
      let reason: { sentence: string; refused: boolean } | undefined
      let heardAt = performance.now()
      let beat: NodeJS.Timeout | undefined
      const greeting = setTimeout(() => drop('The server did not answer the greeting.'), greetingMs)

      function drop(sentence: string, refused = false): void {
        reason ??= { sentence, refused }
        opened.terminate()
      }

      opened.on('unexpected-response', (request, response) => {
        const refused = response.statusCode === 401 || response.statusCode === 403
        reason ??= {
          refused,
          sentence: refused
            ? `The server at ${deps.url} does not accept this runner's key. Make an agent key in Settings, Runners, and put it into DROVER_API_KEY.`
            : `The server at ${deps.url} answered ${response.statusCode ?? 'nothing'} to the runner.`,
        }
        request.destroy()
        opened.terminate()
      })
      opened.on('error', (error) => {
        reason ??= {
          sentence: `The server at ${deps.url} can't be reached (${messageOf(error)}). The runner keeps trying.`,
          refused: false,
        }
      })
      opened.on('open', () => {
        heardAt = performance.now()
        opened.send(JSON.stringify(deps.hello()))
      })
      opened.on('ping', () => {
        heardAt = performance.now()
      })
      opened.on('message', (data: Buffer) => {
        heardAt = performance.now()
        const message = parseDown(data.toString())
        if (message === undefined) {
          log.warn({ bytes: data.byteLength }, 'The server sent a message that this runner does not understand.')
          return
        }
        if (message.type === 'error' && message.fatal) {
          drop(`The server refused this runner: ${message.refusal.detail ?? message.refusal.code}`, true)
          return
        }
        if (message.type !== 'welcome') {
          if (isReady) deps.onMessage(message)
          return
        }
        clearTimeout(greeting)
        if (message.protocol !== runnerProtocol) {
          drop(
            `The server speaks runner protocol ${message.protocol}, this runner ${runnerProtocol}. Install the same version of Drover on both.`,
            true,
          )
          return
        }
        if (isReady) return
        isReady = true
        told = ''
        backoff.reset()
        log.info({ url: deps.url, server: message.serverVersion }, 'Connected to the server.')
        beat = setInterval(() => {
          if (performance.now() - heardAt > message.heartbeatMs * 2.5) return drop('The server fell silent.')
          opened.send(JSON.stringify({ type: 'heartbeat', at: clock.now(), active: deps.activeRuns().slice(0, 1000) }))
        }, message.heartbeatMs)
        deps.onReady(message)
      })
      opened.on('close', () => {
        clearTimeout(greeting)
        clearInterval(beat)
        const was = isReady
        isReady = false
        if (socket === opened) socket = undefined
        if (was) deps.onLost()
        resolve(
          reason ?? { sentence: 'The connection to the server was closed. The runner connects again.', refused: false },
        )
      })
    })
  }

  function sendText(frame: string): void {
    if (isReady && socket?.readyState === WebSocket.OPEN) socket.send(frame)
  }

  return {
    send: (message) => sendText(JSON.stringify(message)),
    sendText,
    ready: () => isReady,
    roomy: async () => {
      while (socket !== undefined && isReady && socket.bufferedAmount > bufferLimit) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    close: async () => {
      closing.abort()
      socket?.close(1001)
      const hard = setTimeout(() => socket?.terminate(), 500)
      await finished
      clearTimeout(hard)
    },
  }
}

function parseDown(text: string): RunnerDown | undefined {
  try {
    const parsed = RunnerDown.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
