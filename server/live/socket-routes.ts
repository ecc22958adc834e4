import { runOfTerminalPath, terminalPath } from '#shared/protocol/terminal.ts'
import { planOfPath, planRoomPath } from '#shared/protocol/plan-room.ts'
import type { Actor } from '../auth/actor.ts'
import type { Auth } from '../auth/create-auth.ts'
import type { OriginChecks } from '../middleware/origin-check.ts'
import type { Plans } from '../plans/create-plans.ts'
import type { TerminalSockets } from '../terminals/terminal-sockets.ts'
import type { BrowserSockets } from './browser-sockets.ts'
import type { RunnerSockets } from './runner-sockets.ts'
import type { UpgradeRoute } from './upgrade.ts'

/** Every address that takes a socket, and who may open one. */
export function socketRoutes(deps: {
  readonly auth: Auth
  readonly origins: OriginChecks
  readonly publicUrl: URL
  readonly browsers: BrowserSockets
  readonly rooms: Plans['sockets']
  readonly runners: RunnerSockets
  readonly terminals: TerminalSockets
}): UpgradeRoute[] {
  const { auth, browsers, origins, rooms, runners, terminals } = deps
  /** Who opens a socket from one of our own pages; else why they may not. */
  async function whoIs(headers: Headers): Promise<Actor | { status: number; reason: string }> {
    if (!origins.isAllowedHost(headers) || !origins.isAllowedOrigin(headers))
      return { status: 403, reason: `This page is not of ${deps.publicUrl.origin}.` }
    return (await auth.getActor(headers)) ?? { status: 401, reason: 'Sign in first.' }
  }
  return [
    {
      path: '/api/sync/socket',
      async accept(headers, address) {
        const actor = await whoIs(headers)
        return 'status' in actor ? actor : (socket) => browsers.accept(socket, actor, { headers, address })
      },
    },
    {
      path: `${planRoomPath}/:planId`,
      async accept(headers, _address, path) {
        const actor = await whoIs(headers)
        if ('status' in actor) return actor
        // A page can't see why an upgrade is refused, so it is told over the socket; a plan of others and none are the same.
        const planId = planOfPath(path)
        const mayEnter = planId !== undefined && (await rooms.mayEnter(actor, planId))
        return (socket) => rooms.accept(socket, actor, { planId, mayEnter, headers })
      },
    },
    {
      path: `${terminalPath}/:runId`,
      async accept(headers, _address, path) {
        const actor = await whoIs(headers)
        if ('status' in actor) return actor
        const runId = runOfTerminalPath(path)
        const mayEnter = runId !== undefined && (await terminals.mayEnter(actor, runId))
        return (socket) => terminals.accept(socket, actor, { runId, mayEnter, headers })
      },
    },
    {
      path: '/api/runner/socket',
      async accept(headers) {
        if (headers.get('origin') !== null) return { status: 403, reason: 'Runners are no pages.' }
        const key = await auth.authenticateRunner(headers)
        if (key === undefined)
          return { status: 401, reason: 'This agent key is not valid. Make one under Settings, Runners.' }
        return (socket) => runners.accept(socket, key, headers)
      },
    },
  ]
}
