import { explainParts } from '#shared/permission/explain-command.ts'
import { lexicalFacts } from '#shared/permission/lexical-facts.ts'
import { parseCommandSync } from '#shared/permission/parse-command.ts'
import type { RunbookStep } from './parse-runbook.ts'

/** What a step does to files, as far as its text tells. */
export function changesFiles(step: RunbookStep, workspace: string): boolean | undefined {
  const parsed = parseCommandSync(step.code)
  if (!parsed.ok) return undefined
  const effects = explainParts(parsed, lexicalFacts(parsed, { root: workspace, cwd: workspace }))
  if (effects.some(({ risk }) => risk === 'writes' || risk === 'deletes')) return true
  return effects.every(({ risk }) => risk === 'reads') ? false : undefined
}

/** One sentence of what a runbook holds: `3 steps, 2 of them change files.` */
export function describeSteps(steps: readonly RunbookStep[], workspace: string): string {
  const answers = steps.map((step) => changesFiles(step, workspace))
  const change = answers.filter((answer) => answer === true).length
  const unsure = answers.filter((answer) => answer === undefined).length
  const parts = [steps.length === 1 ? '1 step' : `${steps.length} steps`]
  if (change > 0) parts.push(change === 1 ? '1 of them changes files' : `${change} of them change files`)
  if (unsure > 0)
    parts.push(unsure === 1 ? 'of 1 I can’t tell what it changes' : `of ${unsure} I can’t tell what they change`)
  if (change === 0 && unsure === 0) parts.push('none of them changes files')
  return `${parts.join(', ')}.`
}
