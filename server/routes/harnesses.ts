import { Hono } from 'hono'
import { z } from 'zod'
import { HarnessId } from '#shared/domain/harness.ts'
import { ruleOf } from '#shared/domain/team-agents.ts'
import { Runner, Team } from '#shared/domain/team.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, type Result } from '#shared/result.ts'
import { keys } from '#sync/core/keys.ts'
import { setHarness, SetHarnessArgs } from '#sync/core/mutators/team-agents.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { answer } from './answers.ts'

const Change = z.object({
  enabled: z.boolean().optional(),
  is_default: z.boolean().optional(),
  models: SetHarnessArgs.shape.models,
  default_model: SetHarnessArgs.shape.defaultModel,
})
const noHarness = refusal('invalid', 'That is no id of an agent.')

/** The team's agents for scripts: what its machines offer, and what admins have settled, by the same mutator as the app. */
export function harnessRoutes(deps: TransactDeps): Hono<Environment> {
  return new Hono<Environment>()
    .get('/harnesses', async (c) => {
      const space = teamSpace(c.var.actor.teamId)
      const [told, machines] = await Promise.all([
        deps.store.read(space, [keys.team]),
        deps.store.scan(space, keys.runners),
      ])
      const team = Team.safeParse(told.rows[0]?.value).data
      const runners = machines.rows.flatMap(({ value }) => Runner.safeParse(value).data ?? [])
      return c.json({ harnesses: shown(team, runners) })
    })
    .patch('/harnesses/:harness', async (c) => {
      const { enabled: on, is_default: isDefault, models, default_model: defaultModel } = await readBody(c, Change)
      const harness = HarnessId.safeParse(c.req.param('harness'))
      if (!harness.success) return refuse(c, noHarness)
      const { userId, role, teamId } = c.var.actor
      let result: Result<void, Refusal> = err(refusal('conflict'))
      await transact(
        deps,
        async (tx) => {
          const context = { userId, role, teamId, now: tx.now, side: 'server' as const, effect: tx.effect }
          const args = { harness: harness.data, on, isDefault, models, defaultModel }
          result = await setHarness.run(tx.space(teamSpace(teamId)), args, context)
          return result.ok ? undefined : false
        },
        { user: userId },
      )
      return answer(c, result)
    })
}

/** Also those that no machine offers now, where something is settled of them. */
function shown(team: Team | undefined, runners: readonly Runner[]) {
  const offers = runners.flatMap((runner) => runner.harnesses.map((offer) => ({ runner, offer })))
  const ids = [
    ...new Set([...offers.map(({ offer }) => offer.id), ...(team?.harnessRules ?? []).map((one) => one.harness)]),
  ]
  return ids.sort().map((id) => {
    const rule = ruleOf(team, id)
    const here = offers.filter(({ offer }) => offer.id === id)
    return {
      id,
      name: here[0]?.offer.name ?? id,
      enabled: rule?.off !== true,
      is_default: team?.defaultHarness === id,
      models: rule?.models ?? null,
      default_model: rule?.defaultModel ?? null,
      machines: here.map(({ runner, offer }) => ({
        host: runner.hostName,
        connected: runner.connected,
        version: offer.version ?? null,
        sandboxes: offer.sandboxes,
        unavailable: offer.unavailable ?? null,
      })),
    }
  })
}
