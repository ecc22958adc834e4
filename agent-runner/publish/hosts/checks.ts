import type { PullChecks } from '#shared/domain/pull-status.ts'
import { HostRefusal } from './host.ts'

/** `undefined` of one: it says nothing, as one that was skipped. */
export function sumOfChecks(checks: readonly (PullChecks | undefined)[]): PullChecks | undefined {
  const order = ['failing', 'running', 'passing'] as const
  return order.find((one) => checks.includes(one))
}

/** A token that may not read them is no trouble: then nothing is said of them. @throws what the network throws */
export async function checksOr<T>(asked: Promise<T>, otherwise: T): Promise<T> {
  return asked.catch((error: unknown) => {
    if (error instanceof HostRefusal) return otherwise
    throw error
  })
}
