import { createMemo, type Accessor } from 'solid-js'
import type { HarnessOffer } from '#shared/domain/harness.ts'
import { RefusedMutation } from '#shared/domain/notice.ts'
import { Plan } from '#shared/domain/plan.ts'
import { Run, displayState, type DisplayState } from '#shared/domain/run.ts'
import { Member, Runner, Team } from '#shared/domain/team.ts'
import type { PlanId, RunId } from '#shared/ids.ts'
import { SyncCookie } from '#shared/protocol/sync.ts'
import { getRow } from '#sync/core/transaction.ts'
import { keys } from '#sync/core/keys.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { createStrictContext } from './context.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { createFedRows, createRows, type Rows } from './rows.ts'
import { useQuery, type Query } from './query.ts'

/** What every page of a team reads: subscribed once, for as long as the workspace is open. */
export type TeamData = {
  readonly team: Query<Team | undefined>
  readonly runs: Rows<Run>
  /** Whether every run of the team is here: the newest come first, from the server and from the device’s store. */
  readonly hasAllRuns: Accessor<boolean>
  readonly plans: Rows<Plan>
  readonly members: Rows<Member>
  readonly runners: Rows<Runner>
  /** This person's changes that the server refused, until dismissed. */
  readonly refused: Rows<RefusedMutation>
  /** What agents did that this person may want to know of. */
  readonly inbox: Inbox
  readonly me: Accessor<Member | undefined>
  /** Runs that work or wait for a machine. */
  readonly active: Accessor<number>
  /** Where the runs list was left, so that coming back finds it there. Plain fields: nothing follows them. */
  readonly runsPlace: { scrollTop: number; cursor: RunId | undefined }
  /** The same for the plans, and for the inbox. */
  readonly plansPlace: { scrollTop: number; cursor: PlanId | undefined }
  readonly inboxPlace: { scrollTop: number; cursor: string | undefined }
  /** What the team's runners say of a harness; the name is its id while no runner has told. */
  readonly harness: (
    id: string,
  ) => Pick<HarnessOffer, 'name' | 'letters'> & Partial<Pick<HarnessOffer, 'images' | 'commands'>>
}

export const [TeamDataContext, useTeamData] = createStrictContext<TeamData>('TeamData')

/** Needs the workspace's context around it, and an owner. */
export function createTeamData(workspace: Workspace): TeamData {
  const team = useQuery(() => (tx) => getRow(tx, keys.team, Team))
  const runs = createFedRows(workspace, keys.runs, Run)
  const older = useQuery(() => async (tx) => (await getRow(tx, keys.cookie, SyncCookie))?.more !== undefined)
  const plans = createFedRows(workspace, keys.plans, Plan)
  const members = createRows(workspace, keys.members, Member)
  const runners = createRows(workspace, keys.runners, Runner)
  const refused = createRows(workspace, keys.refusedOf(workspace.userId), RefusedMutation)
  const harnesses = createMemo(() => {
    const offers = new Map<string, HarnessOffer>()
    for (const runner of runners.all()) for (const offer of runner.harnesses) offers.set(offer.id, offer)
    return offers
  })
  return {
    team,
    runs,
    hasAllRuns: () => runs.complete() && older.value === false,
    plans,
    members,
    runners,
    refused,
    inbox: createInbox(workspace),
    me: createMemo(() => members.get(keys.member(workspace.userId))),
    active: createMemo(() => runs.all().filter((run) => atWork.has(displayState(run))).length),
    runsPlace: { scrollTop: 0, cursor: undefined },
    plansPlace: { scrollTop: 0, cursor: undefined },
    inboxPlace: { scrollTop: 0, cursor: undefined },
    harness: (id) => harnesses().get(id) ?? { name: nameFromId(id), letters: lettersFromId(id) },
  }
}

const atWork: ReadonlySet<DisplayState> = new Set(['working', 'queued'])

/** "claude-code" → "Claude code": until a runner tells the name. */
function nameFromId(id: string): string {
  const words = id.split('-').join(' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function lettersFromId(id: string): string {
  const [first = '?', second] = id.split('-')
  return (second === undefined ? first.slice(0, 2) : first.charAt(0) + second.charAt(0)).toUpperCase()
}
