import type { PlanRowsDeps } from './plan-rows.ts'

/** A team of which this device knows nothing. */
export const noRows: PlanRowsDeps = {
  feed: () => () => undefined,
  query: async (query) => query({ get: async () => undefined, scan: async () => [] }),
}
