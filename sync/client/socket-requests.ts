import type { z } from 'zod'
import type { Json } from '#shared/json.ts'
import { maxUpFrameBytes, type BrowserUp } from '#shared/protocol/browser-socket.ts'
import { PullRequest, PushRequest, type SpaceId } from '#shared/protocol/sync.ts'
import type { Link } from './socket-link.ts'

/** As HTTP would answer. */
export type SocketAnswer = { readonly status: number; readonly body: Json }

/** The way of pushes and pulls over the open socket, whoever holds it: a third of what a request takes. */
export type SocketRequests = {
  /**
   * `undefined`: there is no answer to be had this way (the socket is not open or fell silent, the request is larger than a frame, the
   * answer too long), so it goes by HTTP. The server may have taken a push all the same; by the ids of the mutations the second
   * arrival has no effect.
   */
  ask(type: 'push' | 'pull', space: SpaceId, body: unknown): Promise<SocketAnswer | undefined>
  close(): void
}

/** An answer takes some milliseconds; a socket that is dead and doesn't know it gives none. */
const answerMs = 4_000

type Request = Extract<BrowserUp, { type: 'push' | 'pull' }>

export function createSocketRequests(deps: { readonly link: Link; readonly newId: () => string }): SocketRequests {
  const waiting = new Map<string, (answer: SocketAnswer | undefined) => void>()
  let isOpen = false
  /** An answer did not come, and nothing else has come since. */
  let isSilent = false

  const stopState = deps.link.onState((state) => {
    isOpen = state === 'open'
    isSilent = false
    if (!isOpen) giveUp()
  })
  const stopMessages = deps.link.onMessage((message) => {
    isSilent = false
    if (message.type === 'answer') waiting.get(message.id)?.({ status: message.status, body: message.body })
    else if (message.type === 'use_http') waiting.get(message.id)?.(undefined)
  })

  function giveUp(): void {
    for (const end of waiting.values()) end(undefined)
  }

  function send(message: Request): Promise<SocketAnswer | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        end(undefined)
        isSilent = true
        deps.link.probe()
      }, answerMs)
      const end = (answer: SocketAnswer | undefined): void => {
        clearTimeout(timer)
        waiting.delete(message.id)
        resolve(answer)
      }
      waiting.set(message.id, end)
      deps.link.send(message)
    })
  }

  return {
    async ask(type, space, given) {
      if (!isOpen || isSilent) return undefined
      const message = type === 'push' ? framed(type, PushRequest, given) : framed(type, PullRequest, given)
      if (message === undefined) return undefined
      const whole = { ...message, id: deps.newId(), space }
      return fitsFrame(JSON.stringify(whole)) ? send(whole) : undefined
    },
    close() {
      isOpen = false
      stopState()
      stopMessages()
      giveUp()
    },
  }
}

/** `undefined`: Replicache asks what Drover's server does not know. */
function framed<Type extends string, Body>(
  type: Type,
  schema: z.ZodType<Body>,
  given: unknown,
): { type: Type; body: Body } | undefined {
  const parsed = schema.safeParse(given)
  return parsed.success ? { type, body: parsed.data } : undefined
}

function fitsFrame(text: string): boolean {
  return text.length <= maxUpFrameBytes && new TextEncoder().encode(text).length <= maxUpFrameBytes
}
