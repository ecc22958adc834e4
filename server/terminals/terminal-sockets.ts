import type { WebSocket } from 'ws'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { Member } from '#shared/domain/team.ts'
import type { RunId } from '#shared/ids.ts'
import { lateMs, TerminalUp, terminalClosed, terminalProtocol, type TerminalDown } from '#shared/protocol/terminal.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { refusal } from '#shared/refusal.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { Actor } from '../auth/actor.ts'
import type { Revocation } from '../auth/revocations.ts'
import { frameText } from '../live/upgrade.ts'
import type { RunAccess } from '../runs/access.ts'
import type { TerminalPage, TerminalRelay } from './relay.ts'

export type TerminalSocketsDeps = {
  readonly relay: Pick<TerminalRelay, 'join'>
  readonly access: RunAccess
  readonly store: Pick<SpaceStore, 'read'>
  /** Asks again who sends these headers. */
  readonly actorAgain: (headers: Headers) => Promise<Actor | undefined>
  readonly now: () => number
  readonly onError: (error: unknown) => void
  /** What ends a session by time alone tells nobody, so it is asked for each open socket this often. */
  readonly sessionCheckMs: number
}

/** Pages that show terminals: people of the run's team watch, those who may steer the run open and type. Nobody else sees any of it. */
export type TerminalSockets = {
  mayEnter(actor: Actor, runId: RunId): Promise<boolean>
  accept(
    socket: WebSocket,
    actor: Actor,
    entry: { runId: RunId | undefined; mayEnter: boolean; headers: Headers },
  ): void
  revoke(revocation: Revocation): void
  close(): void
}

type Open = { readonly socket: WebSocket; readonly headers: Headers; actor: Actor; page: TerminalPage | undefined }

const maxFrameUnits = 64_000
/** Of all people together: each page holds what is on its way to it. */
const maxOpen = 500
const deadBytes = 4_000_000

export function createTerminalSockets(deps: TerminalSocketsDeps): TerminalSockets {
  const open = new Set<Open>()

  async function check(one: Open): Promise<void> {
    const actor = await deps.actorAgain(one.headers)
    if (actor === undefined || actor.teamId !== one.actor.teamId)
      return one.socket.close(terminalClosed.signedOut, 'sign in again')
    one.actor = actor
    one.page?.refresh()
  }
  async function checkAll(): Promise<void> {
    for (const one of open) await check(one).catch(deps.onError)
  }
  const rechecks = setInterval(() => void checkAll(), deps.sessionCheckMs)

  async function nameOf({ teamId, userId }: Actor): Promise<string> {
    const { rows } = await deps.store.read(teamSpace(teamId), [keys.member(userId)])
    return Member.safeParse(rows[0]?.value).data?.name ?? 'A person'
  }

  return {
    mayEnter: async (actor, runId) => (await deps.access.teamOf(runId)) === actor.teamId,
    accept(socket, actor, { runId, mayEnter, headers }) {
      if (!mayEnter || runId === undefined) return socket.close(terminalClosed.notFound, 'there is no such run')
      if (open.size >= maxOpen) return socket.close(terminalClosed.tooMany, 'too many pages show terminals')
      const one: Open = { socket, headers, actor, page: undefined }
      open.add(one)
      const mayWrite = (): boolean => canSteerRuns(one.actor.role)
      const send = (message: TerminalDown): void => {
        if (socket.readyState !== socket.OPEN) return
        if (socket.bufferedAmount > deadBytes) return socket.close(1013, 'read what was sent, then connect again')
        socket.send(JSON.stringify(message))
      }

      async function enter({ device, protocol }: Extract<TerminalUp, { type: 'hello' }>, id: RunId): Promise<void> {
        if (protocol !== terminalProtocol) return send({ type: 'reload' })
        const name = await nameOf(one.actor)
        if (!open.has(one) || one.page !== undefined) return
        const { teamId, userId } = one.actor
        one.page = deps.relay.join(
          { runId: id, teamId, device, userId, name },
          { send, bufferedBytes: () => socket.bufferedAmount, mayWrite },
        )
      }

      async function handle(text: string, id: RunId): Promise<void> {
        const message = parse(text)
        if (message === undefined) return socket.close(terminalClosed.malformed, 'this message is not understood')
        if (message.type === 'hello') {
          greetedAt = deps.now()
          return enter(message, id)
        }
        switch (message.type) {
          case 'watch':
            return one.page?.watch(message.terminalId, message.from)
          case 'unwatch':
            return one.page?.unwatch(message.terminalId)
          case 'ack':
            return one.page?.ack(message.terminalId, message.offset)
          case 'ping':
            return send({ type: 'pong' })
          case 'ask': {
            const { ask, at } = message
            const isLate = deps.now() - greetedAt - at > lateMs
            if (mayWrite() && !isLate) return one.page?.ask(ask)
            const why = mayWrite() ? refusal('stale', 'it came too late') : refusal('not_allowed', 'viewers only watch')
            return send({ type: 'refused', ask: ask.type, terminalId: ask.terminalId, refusal: why })
          }
        }
      }

      let order: Promise<void> = Promise.resolve()
      let greetedAt = deps.now()
      socket.on('message', (data, isBinary) => {
        const text = isBinary ? '' : frameText(data)
        if (text.length > maxFrameUnits) return socket.close(terminalClosed.malformed, 'too much at once')
        order = order
          .then(() => handle(text, runId))
          .catch((error: unknown) => {
            deps.onError(error)
            socket.close(1011, 'the server failed; connect again')
          })
      })
      // A frame that is too large or broken; `close` follows.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(one)
        one.page?.leave()
      })
    },
    revoke(revocation) {
      for (const one of open) {
        if (revocation.type === 'session' && one.actor.sessionId === revocation.sessionId)
          one.socket.close(terminalClosed.signedOut, 'this device was signed out')
        const isAbout =
          revocation.type === 'unknown' || (revocation.type === 'membership' && revocation.userId === one.actor.userId)
        if (isAbout) check(one).catch(deps.onError)
      }
    },
    close() {
      clearInterval(rechecks)
      for (const { socket } of open) socket.close(1001, 'the server stops')
    },
  }
}

function parse(text: string): TerminalUp | undefined {
  try {
    return TerminalUp.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
