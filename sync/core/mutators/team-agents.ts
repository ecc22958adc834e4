import { z } from 'zod'
import { HarnessId } from '#shared/domain/harness.ts'
import { canManageTeam } from '#shared/domain/policies.ts'
import { HarnessRule, harnessRulesLimit, objectionTo } from '#shared/domain/team-agents.ts'
import { Team } from '#shared/domain/team.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow, type ReadTransaction } from '../transaction.ts'

export const SetHarnessArgs = z.object({
  harness: HarnessId,
  on: z.boolean().optional(),
  /** `null`: every model that it has. */
  models: HarnessRule.shape.models.unwrap().nullable().optional(),
  /** `null`: what the agent itself takes. */
  defaultModel: HarnessRule.shape.defaultModel.unwrap().nullable().optional(),
  /** New runs begin with it. */
  isDefault: z.boolean().optional(),
})
export type SetHarnessArgs = z.infer<typeof SetHarnessArgs>

/** What a team may use of one agent. */
export const setHarness = defineMutator({
  name: 'setHarness',
  args: SetHarnessArgs,
  async run(tx, args, context) {
    if (!canManageTeam(context.role)) return err(refusal('not_allowed'))
    const team = await getRow(tx, keys.team, Team)
    if (team === undefined) return err(refusal('not_found', 'team'))
    const rules = team.harnessRules ?? []
    const known = rules.find(({ harness }) => harness === args.harness)
    const models = args.models === undefined ? known?.models : (args.models ?? undefined)
    const wanted = args.defaultModel === undefined ? known?.defaultModel : (args.defaultModel ?? undefined)
    if (args.defaultModel != null && models !== undefined && !models.includes(args.defaultModel))
      return err(refusal('invalid', 'the default model is not among those that are allowed'))
    // One that is not allowed any more is no default either.
    const defaultModel = wanted !== undefined && models !== undefined && !models.includes(wanted) ? undefined : wanted
    const off = args.on === undefined ? known?.off : args.on ? undefined : true
    const others = rules.filter(({ harness }) => harness !== args.harness)
    if (others.length >= harnessRulesLimit)
      return err(refusal('too_many', `${harnessRulesLimit} agents have rules already`))
    const rule: HarnessRule = {
      harness: args.harness,
      ...(off === undefined ? {} : { off }),
      ...(models === undefined ? {} : { models }),
      ...(defaultModel === undefined ? {} : { defaultModel }),
    }
    const { defaultHarness, harnessRules: _rules, ...rest } = team
    const first = nextDefault(defaultHarness, args, off === true)
    await putRow(tx, keys.team, {
      ...rest,
      harnessRules: Object.keys(rule).length === 1 ? others : [...others, rule],
      ...(first === undefined ? {} : { defaultHarness: first }),
    } satisfies Team)
    return ok()
  },
})

function nextDefault(known: HarnessId | undefined, args: SetHarnessArgs, off: boolean): HarnessId | undefined {
  if (args.isDefault === true && !off) return args.harness
  return known === args.harness && (args.isDefault === false || off) ? undefined : known
}

/** What the team does not want is not begun, whoever asks for it. */
export async function mayUse(
  tx: ReadTransaction,
  config: { readonly harness: string; readonly model?: string | undefined },
): Promise<Result<Team | undefined, Refusal>> {
  const team = await getRow(tx, keys.team, Team)
  const objection = objectionTo(team, config)
  return objection === undefined ? ok(team) : err(refusal('conflict', objection))
}
