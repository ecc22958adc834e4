import { BudgetUsd } from '#shared/domain/run.ts'

/** An amount as people write it, such as "5", "$2.50" or "2,50"; `undefined` when it is none that can be a limit. */
export function usdOf(text: string): number | undefined {
  const plain = text
    .trim()
    .replace(/^\$\s*/, '')
    .replace(',', '.')
  if (!/^\d+(\.\d+)?$/.test(plain)) return undefined
  return BudgetUsd.safeParse(Number(plain)).data
}
