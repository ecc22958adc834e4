import type { Refusal } from '#shared/refusal.ts'
import type { Result } from '#shared/result.ts'
import { err } from '#shared/result.ts'
import type { Database, Queryable } from '../db/database.ts'

class Rollback extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.code)
    this.refusal = refusal
  }
}

/** One transaction that a refusal rolls back as a whole. */
export async function refusable<T>(
  database: Pick<Database, 'tx'>,
  work: (tx: Queryable) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> {
  try {
    return await database.tx(async (tx) => {
      const result = await work(tx)
      if (!result.ok) throw new Rollback(result.error)
      return result
    })
  } catch (error) {
    if (error instanceof Rollback) return err(error.refusal)
    throw error
  }
}
