import type { Json } from '#shared/json.ts'
import { maxUpFrameBytes, type BrowserUp } from '#shared/protocol/browser-socket.ts'
import { PushRequest, type SpaceId } from '#shared/protocol/sync.ts'
import type { Link } from './socket-link.ts'

/** As HTTP would answer. */
export type PushAnswer = { readonly status: number; readonly answer: Json }

/** The way of pushes over the open socket, whoever holds it: a third of what a request takes. */
export type SocketPush = {
  /**
   * `undefined`: there is no answer to be had this way (the socket is not open or fell silent, the push is larger than a frame), so it
   * goes by HTTP. The server may have taken it all the same; by the ids of the mutations the second arrival has no effect.
   */
  push(space: SpaceId, body: unknown): Promise<PushAnswer | undefined>
  close(): void
}

/** An answer takes some milliseconds; a socket that is dead and doesn't know it gives none. */
const answerMs = 4_000

export function createSocketPush(deps: { readonly link: Link; readonly newId: () => string }): SocketPush {
  const waiting = new Map<string, (answer: PushAnswer | undefined) => void>()
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
    if (message.type === 'pushed') waiting.get(message.id)?.({ status: message.status, answer: message.answer })
  })

  function giveUp(): void {
    for (const end of waiting.values()) end(undefined)
  }

  function ask(message: Extract<BrowserUp, { type: 'push' }>): Promise<PushAnswer | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        end(undefined)
        isSilent = true
        deps.link.probe()
      }, answerMs)
      const end = (answer: PushAnswer | undefined): void => {
        clearTimeout(timer)
        waiting.delete(message.id)
        resolve(answer)
      }
      waiting.set(message.id, end)
      deps.link.send(message)
    })
  }

  return {
    async push(space, given) {
      if (!isOpen || isSilent) return undefined
      const body = PushRequest.safeParse(given)
      if (!body.success) return undefined
      const message = { type: 'push', id: deps.newId(), space, body: body.data } as const
      return fitsFrame(JSON.stringify(message)) ? ask(message) : undefined
    },
    close() {
      isOpen = false
      stopState()
      stopMessages()
      giveUp()
    },
  }
}

function fitsFrame(text: string): boolean {
  return text.length <= maxUpFrameBytes && new TextEncoder().encode(text).length <= maxUpFrameBytes
}
