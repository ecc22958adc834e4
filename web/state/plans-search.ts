import { z } from 'zod'
import { planStates } from '#shared/domain/plan.ts'

/** What the plans list shows, kept in its address: `/plans?show=draft&folder=billing&sort=title&find=flag`. */
export const planFilters = ['all', 'mine', ...planStates, 'archived'] as const
export const PlanFilter = z.enum(planFilters)
export type PlanFilter = z.infer<typeof PlanFilter>

export const planSorts = ['changed', 'title', 'made'] as const
export const PlanSort = z.enum(planSorts)
export type PlanSort = z.infer<typeof PlanSort>

export const PlansSearch = z.object({
  show: PlanFilter.exclude(['all']).optional().catch(undefined),
  sort: PlanSort.exclude(['changed']).optional().catch(undefined),
  /** Plans of this folder and of those in it; empty: of none. */
  folder: z.string().optional().catch(undefined),
  /** Who made it: a person's id. */
  by: z.string().optional().catch(undefined),
  /** Text to find in title and text. */
  find: z.string().optional().catch(undefined),
})
export type PlansSearch = z.infer<typeof PlansSearch>

/** Where in a plan: `/plans/<id>?section=<id of its heading or step>`, or `?version=3`, shown in its history. */
export const PlanSearch = z.object({
  section: z.string().max(80).optional().catch(undefined),
  version: z.number().int().positive().optional().catch(undefined),
})
export type PlanSearch = z.infer<typeof PlanSearch>
