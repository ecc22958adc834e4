import { Assignment, DeliveryBody } from '#shared/protocol/runner-link.ts'
import type { SentPlan } from '#shared/domain/sent-plan.ts'
import type { RunId, RunnerId, TeamId } from '#shared/ids.ts'
import type { SpaceId } from '#shared/protocol/sync.ts'
import type { Queryable } from './database.ts'

export type Job = {
  readonly runId: RunId
  readonly teamId: TeamId
  readonly turn: number
  readonly phase: 'waiting' | 'assigned' | 'held' | 'ended'
  readonly host: string | null
  readonly harness: string
  readonly sandbox: string
  readonly assignment: Assignment
  readonly runnerId: RunnerId | null
  readonly leaseUntil: number | null
  readonly queuedAt: number
  readonly ackedSeq: number
}

export type OpenDelivery = {
  readonly id: string
  readonly runId: RunId
  readonly spaceId: SpaceId
  readonly rowKey: string
  readonly body: DeliveryBody
  readonly state: 'accepted' | 'delivered'
}

const columns = `run_id as "runId", team_id as "teamId", turn, phase, host, harness, sandbox, assignment,
  runner_id as "runnerId", lease_until as "leaseUntil", queued_at as "queuedAt", acked_seq as "ackedSeq"`
const deliveryColumns = `id, run_id as "runId", space_id as "spaceId", row_key as "rowKey", body, state`

/** Jobs and deliveries: what the server keeps of a run's way to its runner. */
export type JobStore = ReturnType<typeof createJobStore>

export function createJobStore(db: Queryable) {
  return {
    async job(runId: string): Promise<Job | undefined> {
      const [row] = await db.query<Job>(`select ${columns} from run_job where run_id = $1`, [runId], { name: 'job' })
      return row
    },
    /** Oldest first, at most 200: what can't be placed now is looked at again on the next change. */
    waiting: () =>
      db.query<Job>(`select ${columns} from run_job where phase = 'waiting' order by queued_at, run_id limit 200`, [], {
        name: 'jobs-waiting',
      }),
    async activeByTeam(): Promise<Map<string, number>> {
      const rows = await db.query<{ teamId: string; count: number }>(
        `select team_id as "teamId", count(*)::int as count from run_job where phase in ('assigned', 'held') group by team_id`,
        [],
        { name: 'jobs-by-team' },
      )
      return new Map(rows.map((row) => [row.teamId, row.count]))
    },
    ofRunner: (runnerId: string) =>
      db.query<Job>(
        `select ${columns} from run_job where runner_id = $1 and phase in ('assigned', 'held')`,
        [runnerId],
        { name: 'jobs-of-runner' },
      ),
    expired: (now: number) =>
      db.query<Job>(
        `select ${columns} from run_job where phase in ('assigned', 'held') and lease_until < $1 limit 100`,
        [now],
        { name: 'jobs-expired' },
      ),
    async renew(runnerId: string, leaseUntil: number): Promise<void> {
      await db.query(
        `update run_job set lease_until = $2 where runner_id = $1 and phase = 'held'`,
        [runnerId, leaseUntil],
        { name: 'jobs-renew' },
      )
    },
    /** After the server was away nobody could renew: every lease begins anew. */
    async renewAll(leaseUntil: number): Promise<void> {
      await db.query(`update run_job set lease_until = $1 where phase in ('assigned', 'held')`, [leaseUntil])
    },

    /** Puts plans to the message of this turn, unless it has some already. @returns those that it has. */
    async pinAssignment(runId: string, turn: number, plans: readonly SentPlan[]): Promise<readonly SentPlan[]> {
      const [row] = await db.query<{ plans: readonly SentPlan[] | null }>(
        `update run_job set assignment = case when assignment->'prompt'->'plans' is null
                then jsonb_set(assignment, '{prompt,plans}', $3::jsonb) else assignment end
          where run_id = $1 and turn = $2 returning assignment->'prompt'->'plans' as plans`,
        [runId, turn, JSON.stringify(plans)],
        { name: 'job-pin' },
      )
      return row?.plans ?? plans
    },
    /** The same for a message that is brought to a run. */
    async pinDelivery(id: string, plans: readonly SentPlan[]): Promise<readonly SentPlan[]> {
      const [row] = await db.query<{ plans: readonly SentPlan[] | null }>(
        `update delivery set body = case when body->'plans' is null
                then jsonb_set(body, '{plans}', $2::jsonb) else body end
          where id = $1 returning body->'plans' as plans`,
        [id, JSON.stringify(plans)],
        { name: 'delivery-pin' },
      )
      return row?.plans ?? plans
    },

    openDeliveries: (runIds: readonly string[]) =>
      db.query<OpenDelivery>(
        `select ${deliveryColumns} from delivery where run_id = any($1) and state in ('accepted', 'delivered') order by created_at, id`,
        [runIds],
        { name: 'deliveries-open' },
      ),
    /** Changes of files for the runs whose workspace this runner has, also of those that have ended. */
    openFileDeliveries: (runnerId: string) =>
      db.query<OpenDelivery>(
        `select ${deliveryColumns} from delivery d
          where state in ('accepted', 'delivered') and body->>'type' in ('files', 'publish')
            and exists (select 1 from run_job j where j.run_id = d.run_id and j.runner_id = $1)
          order by created_at, id limit 100`,
        [runnerId],
        { name: 'deliveries-of-files' },
      ),
    /**
     * Deliveries of runs that nobody holds any more. A change of files waits for the machine that has the workspace, until `since`; where
     * none ever had one it does not.
     */
    orphanedDeliveries: (since: number) =>
      db.query<OpenDelivery>(
        `select ${deliveryColumns} from delivery d
          where state in ('accepted', 'delivered')
            and exists (
              select 1 from run_job j where j.run_id = d.run_id and j.phase = 'ended'
                and (d.body->>'type' not in ('files', 'publish') or j.runner_id is null or d.created_at < $1)
            ) limit 100`,
        [since],
        { name: 'deliveries-orphaned' },
      ),
    /** A delivery about a run of this team. */
    async delivery(
      id: string,
      teamId: string,
    ): Promise<(Omit<OpenDelivery, 'state'> & { readonly state: string }) | undefined> {
      const [row] = await db.query<Omit<OpenDelivery, 'state'> & { state: string }>(
        `select ${deliveryColumns} from delivery d
          where id = $1 and exists (select 1 from run_job j where j.run_id = d.run_id and j.team_id = $2)`,
        [id, teamId],
        { name: 'delivery' },
      )
      return row
    },
    async setDelivery(id: string, state: string): Promise<void> {
      await db.query('update delivery set state = $2 where id = $1', [id, state], { name: 'delivery-set' })
    },

    async claimRunnerId(
      runner: { id: string; teamId: string; keyId: string; name: string; hostName: string },
      now: number,
    ): Promise<boolean> {
      const rows = await db.query<{ teamId: string }>(
        `insert into runner (id, team_id, key_id, name, host_name, last_seen_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (id) do update set key_id = $3, name = $4, host_name = $5, last_seen_at = $6
           where runner.team_id = $2
         returning team_id as "teamId"`,
        [runner.id, runner.teamId, runner.keyId, runner.name, runner.hostName, now],
      )
      return rows.length > 0
    },
    async runnerSeen(id: string, now: number): Promise<void> {
      await db.query('update runner set last_seen_at = $2 where id = $1', [id, now], { name: 'runner-seen' })
    },
    async runnerLastSeen(id: string): Promise<number | undefined> {
      const [row] = await db.query<{ at: number }>('select last_seen_at as at from runner where id = $1', [id])
      return row?.at
    },

    /** First entry number of each chunk, in order. */
    async chunkFirsts(space: SpaceId): Promise<{ key: string; first: number }[]> {
      return db.query(
        `select key, (value->>'first')::int as first from entry
          where space_id = $1 and key >= 'chunk/' and key < 'chunk0' and deleted_at is null order by key`,
        [space],
        { name: 'chunk-firsts' },
      )
    },
    /** Key of the chunk that has the entry with this number, or would have it. */
    async chunkWith(space: SpaceId, n: number): Promise<string | undefined> {
      const [row] = await db.query<{ key: string }>(
        `select key from entry where space_id = $1 and key >= 'chunk/' and key < 'chunk0' and deleted_at is null
           and (value->>'first')::int <= $2 order by key desc limit 1`,
        [space, n],
      )
      return row?.key
    },
    /** `n` of the run's newest entry, 0 when it has none. */
    async lastEntry(runId: string): Promise<number> {
      const [row] = await db.query<{ last: number }>(
        `select (value->>'last')::int as last from entry
          where space_id = 'run/' || $1 and key >= 'chunk/' and key < 'chunk0' and deleted_at is null order by key desc limit 1`,
        [runId],
      )
      return row?.last ?? 0
    },
    async transitions(runId: string) {
      return db.query<{
        event: string
        from: string | null
        to: string
        reason: unknown
        userId: string | null
        at: number
      }>(
        `select event, from_state as "from", to_state as "to", reason, user_id as "userId", at
           from run_transition where run_id = $1 order by id limit 1000`,
        [runId],
      )
    },
  }
}
