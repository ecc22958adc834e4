import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bringSession } from '#agent-runner/handoff/bring-session.ts'
import { readConversation } from '#agent-runner/handoff/conversations.ts'
import { findOwnSession, type Person } from '#agent-runner/handoff/own-session.ts'
import { openCodeVersion, packageFor, programOf } from '#agent-runner/harness/declarations/opencode.ts'
import type { ModelApi } from '#agent-runner/models/endpoints.ts'
import { putContent } from '#agent-runner/snapshot/content.ts'
import type { OwnAgent } from '#shared/domain/own-agent.ts'
import { BlobHash } from '#shared/ids.ts'
import { createHash } from 'node:crypto'
import { harnessMs, openHarnessWorld } from '../fakes/harness-world.ts'
import { harnessMissing } from '../fakes/kept-tools.ts'
import { sourceRoot } from '../fakes/runner.ts'

const agents: readonly { id: OwnAgent; api: ModelApi; model: string; resume: string }[] = [
  { id: 'claude-code', api: 'anthropic', model: 'haiku', resume: 'claude --resume' },
  { id: 'codex', api: 'openai', model: 'gpt-5.5', resume: 'codex resume' },
  { id: 'opencode', api: 'openai', model: 'openai/gpt-5.5', resume: 'opencode --session' },
  { id: 'gemini', api: 'google', model: 'gemini-2.5-flash', resume: 'gemini --resume' },
]
const openCodePackage = packageFor('direct')
const openCodeFolder = dirname(
  programOf(join(sourceRoot, `.cache/tools/${openCodePackage}@${openCodeVersion}`), openCodePackage),
)

/** What the real command line tools keep of a conversation: found in a checkout as a person's own, read, and brought to another machine. */
for (const { id, api, model, resume } of agents) {
  const missing = await harnessMissing(id)
  describe.skipIf(missing !== undefined)(
    `a conversation with ${id}${missing === undefined ? '' : ` (${missing})`}`,
    () => {
      test(
        'is found where it was had, is what was said, and goes on elsewhere',
        { timeout: 3 * harnessMs },
        async () => {
          const world = await openHarnessWorld({
            harness: id,
            config: { model },
            secrets: (models) => [models.secret(api)],
          })
          const other = await mkdtemp(join(tmpdir(), 'drover-other-'))
          try {
            world.server.answerAll(() => ({ kind: 'allow_once' }))
            world.model.script([{ text: 'I keep it in mind.' }])
            const runId = world.start('Remember the number 42.')
            expect((await world.ended(runId)).reason).toBeUndefined()
            world.model.script([{ text: 'It was 42.' }])
            world.server.follow(runId, 'Which number?')
            await world.ended(runId, 2)

            const top = join(world.fileOf(runId, ''), '.')
            const there = personIn(join(dirname(top), 'home'))
            const found = await findOwnSession(id, top, there)
            const said = [
              { who: 'user', text: 'Remember the number 42.' },
              { who: 'agent', text: 'I keep it in mind.' },
              { who: 'user', text: 'Which number?' },
              { who: 'agent', text: 'It was 42.' },
            ]
            expect(readConversation(found.content.toString())).toEqual(said)
            await expect(findOwnSession(id, other, there)).rejects.toThrow('has no conversation of this checkout here.')

            const here = personIn(join(other, 'home'))
            const checkout = join(other, 'checkout')
            await mkdir(checkout)
            const pieces = new Map<string, Uint8Array>()
            const content = await putContent(found.content, async (piece) => {
              const hash = createHash('sha256').update(piece).digest('hex')
              pieces.set(hash, piece)
              return BlobHash.parse(hash)
            })
            if (content === undefined) throw new Error('nothing was put')
            const server = { fetchPiece: async (hash: string) => pieces.get(hash) ?? new Uint8Array() }
            const session = { id: found.id, harness: id, files: [{ path: found.path, content }] }
            const bring = () => bringSession(server, session, { top: checkout, person: here })
            if (id !== 'opencode') expect(await bring()).toContain('is not set up on this machine')
            for (const folder of ['.claude', '.codex', '.gemini'])
              await mkdir(join(other, 'home', folder), { recursive: true })
            expect(await bring()).toContain(`can go on with it here: ${resume} ${found.id}`)
            const brought = await findOwnSession(id, checkout, here)
            expect(brought.id).toBe(found.id)
            expect(readConversation(brought.content.toString())).toEqual(said)
            if (id !== 'opencode') expect(await bring()).toContain('has this session here already')
            await expect(
              bringSession(server, { ...session, id: '../../escaped' }, { top: checkout, person: here }),
            ).resolves.toContain('is none that it has')
          } finally {
            await world.close()
            await rm(other, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
          }
        },
      )
    },
  )
}

/** Somebody whose home folder this is. */
function personIn(home: string): Person {
  const path = [openCodeFolder, process.env['PATH'] ?? ''].join(delimiter)
  return { home, variables: { HOME: home, PATH: path, OPENCODE_DISABLE_MODELS_FETCH: '1' } }
}
