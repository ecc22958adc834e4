import { afterEach, expect, test } from 'vitest'
import type { RunPublish } from '#shared/domain/run-publish.ts'
import { PublishId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { billingRun } from '../../../../dev/run-seed.ts'
import { button, settled, stage, type Stage } from '../../../../dev/run-stage.tsx'
import { PublishStrip } from './publish-strip.tsx'

let on: Stage | undefined
afterEach(() => on?.close())

test('what failed says how each repository ended, and can be tried again', async () => {
  let again = 0
  on = stage(() => <PublishStrip onAgain={() => (again += 1)} />)
  const id = PublishId.parse('01990000-0000-7000-8000-00000000a001')
  on.workspace.put(keys.publish(billingRun, id), {
    id,
    runId: billingRun,
    by: on.workspace.userId,
    at: 1,
    until: 'push',
    branch: 'agents/retry-once',
    title: 'Retry once',
    state: 'refused',
    refusal: { code: 'conflict', detail: '1 of 3 repositories failed, and 1 is done' },
    results: [
      { repository: 'app', state: 'done' },
      { repository: 'docs', state: 'nothing' },
      { repository: 'lib', state: 'refused', refusal: { code: 'not_allowed', detail: 'the host does not take it' } },
    ],
  } satisfies RunPublish)
  await settled()
  expect(on.root.textContent).toContain('1 of 3 repositories failed, and 1 is done.')
  const lines = [...on.root.querySelectorAll('ul ul li')].map(({ textContent }) => textContent)
  expect(lines).toEqual(['app: Done.', 'docs: Nothing changed there.', 'lib: The host does not take it.'])
  button(on.root, 'Try again…')?.click()
  expect(again).toBe(1)
})
