import { describe, expect, test } from 'vitest'
import type { ModelApi } from '#agent-runner/models/endpoints.ts'
import { harnessMs, messages, notices, openHarnessWorld } from './harness-world.ts'

/** What a harness is held to whose conversation is carried to another machine. */
export function sessionTests(
  { id, name, api, model: wanted }: { id: string; name: string; api: ModelApi; model: string },
  missing: string | undefined,
): void {
  describe.skipIf(missing !== undefined)(
    `the session of ${name}${missing === undefined ? '' : ` (${missing})`}`,
    () => {
      test('goes on with itself on another machine', { timeout: 2 * harnessMs }, async () => {
        const world = await openHarnessWorld({
          harness: id,
          config: { model: wanted },
          snapshots: true,
          secrets: (model) => [model.secret(api)],
        })
        try {
          world.model.script([{ text: 'I keep it in mind.' }])
          const runId = world.start('Remember the number 42.')
          expect((await world.ended(runId)).reason).toBeUndefined()
          await world.server.until(
            () => world.server.run(runId).events.some(({ body }) => body.type === 'snapshot'),
            'the snapshot',
          )
          await world.move()
          world.model.script([{ text: 'It was 42.' }])
          world.server.follow(runId, 'Which number?')
          const run = await world.ended(runId, 2)
          expect(run.reason).toBeUndefined()
          expect(messages(run).at(-1)).toBe('It was 42.')
          expect(notices(run)).toEqual([`${name} goes on with its own session, which came along.`])
        } finally {
          await world.close()
        }
      })
    },
  )
}
