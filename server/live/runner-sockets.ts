import type { WebSocket } from 'ws'
import { droverVersion } from '#shared/version.ts'
import type { RunnerActor } from '../auth/actor.ts'
import type { Revocation } from '../auth/revocations.ts'
import { createRunnerConnection, type RunnerConnectionDeps } from '../runners/connection.ts'
import { frameText } from './upgrade.ts'

export type RunnerSocketsDeps = Omit<RunnerConnectionDeps, 'serverVersion' | 'onRefused'> & {
  /** Asks again whose key these headers hold. */
  readonly actorAgain: (headers: Headers) => Promise<RunnerActor | undefined>
  readonly log: { warn(facts: object, message: string): void }
}

export type RunnerSockets = {
  accept(socket: WebSocket, key: RunnerActor, headers: Headers): void
  /** Ends the connections of a key that was revoked, also those that have not said who they are. */
  revoke(revocation: Revocation): void
}

const keyRevoked = 4400
/** Messages that wait to be handled; a runner that sends more is not read until they are. */
const maxWaiting = 64

/** The sockets of runners. */
export function createRunnerSockets(deps: RunnerSocketsDeps): RunnerSockets {
  const open = new Map<WebSocket, { readonly key: RunnerActor; readonly headers: Headers }>()

  function end(socket: WebSocket): void {
    socket.close(keyRevoked, 'the agent key was revoked')
  }

  async function check(socket: WebSocket, headers: Headers): Promise<void> {
    if ((await deps.actorAgain(headers)) === undefined) end(socket)
  }

  return {
    accept(socket, key, headers) {
      open.set(socket, { key, headers })
      let told = false
      const tellOnce = (why: string): void => {
        if (told) return
        told = true
        deps.log.warn({ key: key.name, team: key.teamId, why }, 'a runner was refused')
      }
      const connection = createRunnerConnection(
        { ...deps, serverVersion: droverVersion, onRefused: (why) => tellOnce(why.detail ?? why.code) },
        key,
        { send: (text) => socket.send(text), close: (code, reason) => socket.close(code, reason.slice(0, 120)) },
      )
      let waiting = 0
      socket.on('message', (data) => {
        if (++waiting >= maxWaiting) socket.pause()
        void connection.receive(frameText(data)).finally(() => {
          if (--waiting < maxWaiting) socket.resume()
        })
      })
      socket.on('error', (error) => tellOnce(error.message))
      socket.on('close', () => {
        open.delete(socket)
        void connection.close()
      })
    },
    revoke(revocation) {
      for (const [socket, { key, headers }] of open) {
        if (revocation.type === 'runner-key' && revocation.keyId === key.keyId) end(socket)
        if (revocation.type === 'unknown')
          check(socket, headers).catch((error: unknown) => deps.onError(error, 'the check of an agent key'))
      }
    },
  }
}
