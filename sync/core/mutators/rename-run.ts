import { z } from 'zod'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { Run } from '#shared/domain/run.ts'
import { RunId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow } from '../transaction.ts'

export const RenameRunArgs = z.object({ runId: RunId, title: z.string().trim().min(1).max(200) })
export type RenameRunArgs = z.infer<typeof RenameRunArgs>

export const renameRun = defineMutator({
  name: 'renameRun',
  args: RenameRunArgs,
  async run(tx, args, context) {
    if (!canSteerRuns(context.role)) return err(refusal('not_allowed'))
    const run = await getRow(tx, keys.run(args.runId), Run)
    if (run === undefined) return err(refusal('not_found', 'run'))
    await putRow(tx, keys.run(args.runId), { ...run, title: args.title, updatedAt: context.now })
    return ok()
  },
})
