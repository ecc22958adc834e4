import { describe, expect, test } from 'vitest'
import type { ModelApi } from '#agent-runner/models/endpoints.ts'
import { getContent } from '#agent-runner/snapshot/content.ts'
import type { SandboxKind } from '#shared/domain/harness.ts'
import { SecretName } from '#shared/domain/secret.ts'
import { dockerSettings } from './docker.ts'
import { harnessMs, messages, notices, openHarnessWorld } from './harness-world.ts'

const word = SecretName.parse('WORD')
const secret = 'lavender-otter-7319'

/** What a harness is held to whose conversation is carried to another machine. */
export function sessionTests(
  {
    id,
    name,
    api,
    model: wanted,
    sandbox = 'direct',
  }: { id: string; name: string; api: ModelApi; model: string; sandbox?: SandboxKind },
  missing: string | undefined,
): void {
  describe.skipIf(missing !== undefined)(
    `the session of ${name}${sandbox === 'docker' ? ' in Docker' : ''}${missing === undefined ? '' : ` (${missing})`}`,
    () => {
      test('goes on with itself on another machine', { timeout: 4 * harnessMs }, async () => {
        const world = await openHarnessWorld({
          harness: id,
          sandbox,
          // The model is on this machine's loopback.
          environment: sandbox === 'docker' ? { ...dockerSettings(), DROVER_DOCKER_NETWORK: 'host' } : {},
          config: { model: wanted },
          snapshots: true,
          secrets: (model) => [model.secret(api), { name: word, kind: 'text', value: secret }],
        })
        try {
          world.model.script([{ text: 'I keep it in mind.' }])
          const runId = world.start(`Remember the number 42, and ${secret}.`)
          expect((await world.ended(runId)).reason).toBeUndefined()
          const saved = (turn: number) =>
            world.server.until(
              () =>
                world.server
                  .run(runId)
                  .events.flatMap(({ body }) => (body.type === 'snapshot' ? [body.snapshot] : []))
                  .find((one) => one.turn === turn),
              `the snapshot of turn ${turn}`,
              harnessMs,
            )
          const { session } = await saved(1)
          expect(session).toMatchObject({ harness: id, files: [expect.anything()] })
          for (const { content } of session?.files ?? []) {
            const kept = await getContent(content, async (hash) => world.server.blobs.get(hash) ?? Buffer.alloc(0), 1e8)
            expect(kept.toString()).toContain(`Remember the number 42, and [secret ${word}]`)
            expect(kept.includes(secret)).toBe(false)
          }
          await world.move()
          world.model.script([{ text: 'It was 42.' }])
          world.server.follow(runId, 'Which number?')
          const run = await world.ended(runId, 2)
          expect(run.reason).toBeUndefined()
          expect(messages(run).at(-1)).toBe('It was 42.')
          expect(notices(run)).toEqual([`${name} goes on with its own session, which came along.`])
          const heard = (world.model.requests.at(-1)?.messages ?? []).map(({ text }) => text).join('\n')
          expect(heard).toMatch(/Remember the number 42, and \[secret WORD\][^]*I keep it in mind\.[^]*Which number\?/)

          // What was brought is found and carried once more.
          expect((await saved(2)).session?.id).toBe(session?.id)
          await world.move()
          world.model.script([{ text: 'Still 42.' }])
          world.server.follow(runId, 'And now?')
          const last = await world.ended(runId, 3)
          expect(last.reason).toBeUndefined()
          expect(messages(last).at(-1)).toBe('Still 42.')
          expect(notices(last)).toEqual([notices(run)[0], notices(run)[0]])
        } finally {
          await world.close()
        }
      })
    },
  )
}
