import type { PlanScope } from './plan-run.ts'

/** What an agent is told to do, in Markdown. `markdown`: what was chosen of the plan. */
export function planPrompt(asked: {
  readonly title: string
  readonly part: string | undefined
  readonly scope: PlanScope['kind']
  readonly markdown: string
  /** What its person adds. */
  readonly note: string
}): string {
  const what = {
    whole: `the plan “${asked.title}”`,
    section: `the section “${asked.part ?? ''}” of the plan “${asked.title}”`,
    steps: `these steps of the plan “${asked.title}”`,
  }[asked.scope]
  const note = asked.note.trim()
  return [
    `Execute ${what}. Take its steps in order and keep your task list in their words. Steps that are ticked are done.`,
    ...(note === '' ? [] : [note]),
    asked.markdown.trim(),
  ].join('\n\n')
}
