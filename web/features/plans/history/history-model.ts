import type { PlanVersion } from '#shared/domain/plan.ts'

export const historyFilters = ['all', 'named', 'agents', 'people'] as const
export type HistoryFilter = (typeof historyFilters)[number]

export function isShown(version: PlanVersion, filter: HistoryFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'named':
      return version.label !== undefined
    case 'agents':
      return version.by.some(({ kind }) => kind === 'agent')
    case 'people':
      return version.by.some(({ kind }) => kind === 'person')
  }
}

/** Numbers of the versions that were chosen to be compared, the earlier one first. One alone is compared with now. */
export type Choice = readonly number[]

/** Chooses one more, or no longer; of three the one chosen first goes. */
export function choose(choice: Choice, n: number): Choice {
  if (choice.includes(n)) return choice.filter((other) => other !== n)
  return [...choice, n].slice(-2)
}

/** What is compared: `b` absent is what is there now. */
export function sidesOf(choice: Choice): { readonly a: number; readonly b?: number } | undefined {
  const [a, b] = choice.toSorted((x, y) => x - y)
  if (a === undefined) return undefined
  return b === undefined ? { a } : { a, b }
}

/** `A` or `B`, if it was chosen. */
export function letterOf(choice: Choice, n: number): 'A' | 'B' | undefined {
  const sides = sidesOf(choice)
  return sides?.a === n ? 'A' : sides?.b === n ? 'B' : undefined
}
