import { z } from 'zod'
import { UserId } from '../ids.ts'
import { ModelPrice, ownPricesLimit } from './model-prices.ts'

/** Row `prices`: what models cost this team, where that is not what their providers publish. */
export const TeamPrices = z.object({
  prices: z.array(ModelPrice).max(ownPricesLimit),
  /** Who changed them last. */
  by: UserId,
  at: z.number(),
})
export type TeamPrices = z.infer<typeof TeamPrices>
