import { z } from 'zod'
import { ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'

export const DismissRefusalArgs = z.object({ clientId: z.string().max(64), mutationId: z.number().int() })
export type DismissRefusalArgs = z.infer<typeof DismissRefusalArgs>

export const dismissRefusal = defineMutator({
  name: 'dismissRefusal',
  args: DismissRefusalArgs,
  async run(tx, args, context) {
    await tx.del(keys.refused(context.userId, args.clientId, args.mutationId))
    return ok()
  },
})
