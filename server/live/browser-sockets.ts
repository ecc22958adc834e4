import type { WebSocket } from 'ws'
import { maxUpFrameBytes } from '#shared/protocol/browser-socket.ts'
import { droverVersion } from '#shared/version.ts'
import { createBrowserConnection, type BrowserConnectionDeps } from '#sync/server/browser-connection.ts'
import type { PushDeps } from '#sync/server/push.ts'
import type { Actor } from '../auth/actor.ts'
import type { RememberedActors } from '../auth/remembered-actors.ts'
import type { Revocation } from '../auth/revocations.ts'
import type { FailureDeps } from '../middleware/errors.ts'
import type { RefusalLog } from '../refusal-log.ts'
import { answerPull, mayRead } from '../routes/answer-pull.ts'
import { answerPush } from '../routes/answer-push.ts'
import type { RunAccess } from '../runs/access.ts'
import { createSocketRequests, type SocketRequests } from './socket-requests.ts'
import { frameText } from './upgrade.ts'

export type BrowserSocketsDeps = Omit<
  BrowserConnectionDeps,
  'mayRead' | 'mayFollow' | 'serverVersion' | 'onRefused' | 'request'
> & {
  readonly access: RunAccess
  /** Asks again who sends these headers. */
  readonly actorAgain: (headers: Headers) => Promise<Actor | undefined>
  /** For pushes and pulls, as for those by HTTP. */
  readonly actors: Pick<RememberedActors, 'getActor'>
  readonly push: PushDeps
  readonly refusals: RefusalLog
  readonly reachability: FailureDeps['reachability']
  readonly log: FailureDeps['log'] & { warn(facts: object, message: string): void }
  readonly onError: (error: unknown) => void
  /** What ends a session by time alone tells nobody, so it is asked for each open socket this often. */
  readonly sessionCheckMs: number
}

export type BrowserSockets = {
  accept(socket: WebSocket, actor: Actor, from: { headers: Headers; address: string }): void
  /** Ends or checks again the connections that a revocation is about. */
  revoke(revocation: Revocation): void
  /** Ends all of them; they may come again. */
  endAll(why: string): void
  count(): number
  /** Resolves when every push and pull that was begun has ended. */
  close(): Promise<void>
}

type Open = { readonly socket: WebSocket; readonly headers: Headers; actor: Actor }

const signedOut = 4001
/** https://www.iana.org/assignments/websocket/websocket.xhtml */
const tryAgainLater = 1013
const maxMessagesWaiting = 200

/** The sockets of signed-in people. */
export function createBrowserSockets(deps: BrowserSocketsDeps): BrowserSockets {
  const open = new Set<Open>()
  const answering = new Set<SocketRequests>()

  async function check(one: Open): Promise<void> {
    const actor = await deps.actorAgain(one.headers)
    if (actor === undefined || actor.teamId !== one.actor.teamId) one.socket.close(signedOut, 'sign in again')
    else one.actor = actor
  }

  async function checkAll(): Promise<void> {
    for (const one of open) await check(one).catch(deps.onError)
  }
  const rechecks = setInterval(() => void checkAll(), deps.sessionCheckMs)

  return {
    accept(socket, actor, { headers, address }) {
      const one: Open = { socket, actor, headers }
      open.add(one)
      let told = false
      const tellOnce = (why: string): void => {
        if (told) return
        told = true
        deps.log.warn({ user: actor.userId, why }, 'a browser’s message was refused')
      }
      const requests = createSocketRequests({
        getActor: () => deps.actors.getActor(headers),
        push: (by, { space, body }) => answerPush(deps.push, by, space, async () => body),
        pull: (by, { space, body }) => answerPull(deps, by, space, async () => body),
        address,
        refusals: deps.refusals,
        log: deps.log,
        reachability: deps.reachability,
      })
      answering.add(requests)
      const connection = createBrowserConnection(
        {
          ...deps,
          serverVersion: droverVersion,
          request: requests.take,
          mayRead: (space) => mayRead(deps.access, one.actor, space),
          onRefused: (why) => tellOnce(why.detail ?? why.code),
          mayFollow: async (runId) => (await deps.access.teamOf(runId)) === one.actor.teamId,
        },
        actor.userId,
        {
          send: (text) => socket.send(text),
          close: (code, reason) => socket.close(code, reason),
          bufferedBytes: () => socket.bufferedAmount,
        },
      )
      let waiting = 0
      let order: Promise<void> = Promise.resolve()
      socket.on('message', (data, isBinary) => {
        const text = isBinary ? '' : frameText(data)
        if (++waiting > maxMessagesWaiting || Buffer.byteLength(text) > maxUpFrameBytes) {
          tellOnce('too much at once')
          return socket.close(1009, 'too much at once')
        }
        order = order
          .then(() => connection.receive(text))
          .catch((error: unknown) => {
            deps.onError(error)
            socket.close(1011, 'the server failed; connect again')
          })
          .finally(() => waiting--)
      })
      socket.on('error', (error) => tellOnce(error.message))
      socket.on('close', () => {
        open.delete(one)
        connection.close()
        requests
          .close()
          .catch(deps.onError)
          .finally(() => answering.delete(requests))
      })
    },
    revoke(revocation) {
      for (const one of open) {
        if (revocation.type === 'session' && one.actor.sessionId === revocation.sessionId)
          one.socket.close(signedOut, 'this device was signed out')
        const isAbout =
          revocation.type === 'unknown' || (revocation.type === 'membership' && revocation.userId === one.actor.userId)
        if (isAbout) check(one).catch(deps.onError)
      }
    },
    endAll(why) {
      for (const { socket } of open) socket.close(tryAgainLater, why)
    },
    count: () => open.size,
    async close() {
      clearInterval(rechecks)
      for (const { socket } of open) socket.close(1001, 'the server stops')
      await Promise.all([...answering].map((requests) => requests.close()))
    },
  }
}
