import type { Plan, PlanText } from '#shared/domain/plan.ts'
import type { Run } from '#shared/domain/run.ts'

/** What was typed, as the words that must all be found. */
export function toWords(find: string): readonly string[] {
  return fold(find)
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** Asked for each of thousands of rows with each letter, so without a closure. */
export function holdsAll(text: string, words: readonly string[]): boolean {
  for (const word of words) if (!text.includes(word)) return false
  return true
}

/** Search looks the same way at everything, whatever the case. */
export function fold(text: string): string {
  return text.toLocaleLowerCase()
}

const texts = new WeakMap<Run, string>()

/** Title, then prompt, as search reads them: made once for each version of a row, never for a key stroke. */
export function runText(run: Run): string {
  const known = texts.get(run)
  if (known !== undefined) return known
  const text = fold(`${run.title}\n${run.prompt}`)
  texts.set(run, text)
  return text
}

const planTitles = new WeakMap<Plan, string>()
const planBodies = new WeakMap<PlanText, string>()

/** Title, folder and first words of a plan, as search reads them. */
export function planText(plan: Plan): string {
  const known = planTitles.get(plan)
  if (known !== undefined) return known
  const text = fold(`${plan.title}\n${plan.folder}\n${plan.excerpt}`)
  planTitles.set(plan, text)
  return text
}

/** What this device has of a plan's text, as search reads it. */
export function planBody(text: PlanText): string {
  const known = planBodies.get(text)
  if (known !== undefined) return known
  const body = fold(text.markdown)
  planBodies.set(text, body)
  return body
}
