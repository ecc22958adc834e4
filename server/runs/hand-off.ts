import { Said } from '#shared/domain/conversation.ts'
import { promptLimit } from '#shared/domain/prompt.ts'
import { RunConfig } from '#shared/domain/run.ts'
import { Snapshot, summaryOf, type Pieces } from '#shared/domain/snapshot.ts'
import { Run } from '#shared/domain/run.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { runSpace, teamSpace } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '#sync/core/keys.ts'
import { createRun } from '#sync/core/mutators/create-run.ts'
import { getRow, putRow } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import { z } from 'zod'
import type { Actor } from '../auth/actor.ts'
import type { BlobStore } from '../db/blob-store.ts'

/** What a person sends up of a checkout of their own. Its contents are at the server already, by their hashes. */
export const Handoff = z.object({
  /** Made by whoever sends it, so that sending it again starts nothing twice. */
  runId: RunId,
  promptId: PromptId,
  prompt: z.string().trim().min(1).max(promptLimit),
  title: z.string().trim().min(1).max(200).optional(),
  config: RunConfig,
  snapshot: Snapshot.optional(),
  conversation: z
    .array(Said.pick({ who: true, text: true }))
    .max(2000)
    .optional(),
})
export type Handoff = z.infer<typeof Handoff>

/** Starts a run that begins where a checkout stands, by the same rule as one from the app. */
export async function handOff(
  deps: TransactDeps & { readonly blobs: Pick<BlobStore, 'has'> },
  actor: Actor,
  { runId, promptId, prompt, title, config, snapshot, conversation }: Handoff,
): Promise<Result<{ runId: RunId }, Refusal>> {
  const missing = snapshot === undefined ? undefined : await missingPiece(deps.blobs, actor.teamId, snapshot)
  if (missing !== undefined) return err(refusal('invalid', `A part of the snapshot is not here: ${missing}.`))
  let result: Result<void, Refusal> = ok()
  const outcome = await transact(deps, async (tx) => {
    const team = tx.space(teamSpace(actor.teamId))
    const known = await getRow(team, keys.run(runId), Run)
    result = await createRun.run(
      team,
      { runId, promptId, prompt, config, source: 'CLI', ...(title === undefined ? {} : { title }) },
      {
        userId: actor.userId,
        role: actor.role,
        teamId: actor.teamId,
        now: tx.now,
        side: 'server',
        effect: (effect) => {
          if (effect.type !== 'dispatch') return tx.effect(effect)
          tx.effect({
            ...effect,
            assignment: {
              ...effect.assignment,
              ...(snapshot === undefined ? {} : { snapshot: { ...snapshot, turn: 0, shown: [], left: [] } }),
              ...(conversation === undefined || conversation.length === 0 ? {} : { conversation }),
            },
          })
        },
      },
    )
    if (!result.ok || known !== undefined) return result.ok ? undefined : false
    const run = await getRow(team, keys.run(runId), Run)
    if (snapshot === undefined || run === undefined) return undefined
    const first: Snapshot = { ...snapshot, turn: 0, at: tx.now }
    await putRow(team, keys.run(runId), { ...run, snapshot: summaryOf(first) })
    await putRow(tx.space(runSpace(runId)), keys.snapshot, first)
    return undefined
  })
  if (!result.ok) return result
  return outcome.status === 'conflict' ? err(refusal('conflict')) : ok({ runId })
}

async function missingPiece(
  blobs: Pick<BlobStore, 'has'>,
  teamId: string,
  { patch, repositories, files = [], session }: Snapshot,
): Promise<string | undefined> {
  const parts: Pieces[] = [
    patch,
    ...repositories.flatMap(({ commits }) => commits ?? []),
    ...[...files, ...(session?.files ?? [])].map(({ content }) => content),
  ]
  for (const { pieces } of parts) for (const hash of pieces) if (!(await blobs.has(teamId, hash))) return hash
  return undefined
}
