import { z } from 'zod'

/** What the runs list shows, kept in its address: `/runs?show=needs&find=billing`. */
export const runFilters = ['all', 'mine', 'active', 'needs', 'failed'] as const
export const RunFilter = z.enum(runFilters)
export type RunFilter = z.infer<typeof RunFilter>

export const RunsSearch = z.object({
  show: RunFilter.exclude(['all']).optional().catch(undefined),
  /** Text to find in title and prompt. */
  find: z.string().optional().catch(undefined),
})
export type RunsSearch = z.infer<typeof RunsSearch>
