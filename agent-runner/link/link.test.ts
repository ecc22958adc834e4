import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { PromptId, UserId, type DeliveryId, type RunId } from '#shared/ids.ts'
import { systemClock } from '../clock.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { openFaultyLink, type FaultyLink } from '#test/fakes/faulty-link.ts'
import { createInsideAgent, type InsideAgent } from '#test/fakes/inside-agent.ts'
import { startRunner } from '#test/fakes/runner.ts'

type Step =
  | { do: 'say'; count: number }
  | { do: 'prompt'; mode: 'interrupt' | 'queue' }
  | { do: 'cut' | 'away' | 'back' | 'dropped' | 'repeat' | 'crash' | 'caughtUp' }
  | { do: 'freeze'; direction: 'up' | 'down' | 'both' }
  | { do: 'askAgain'; back: number }
  | { do: 'ackless'; on: boolean }
  | { do: 'pass'; turns: number }

const plain = (name: 'cut' | 'away' | 'back' | 'dropped' | 'repeat' | 'crash' | 'caughtUp'): fc.Arbitrary<Step> =>
  fc.constant({ do: name })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('say' as const), count: fc.integer({ min: 1, max: 120 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('prompt' as const), mode: fc.constantFrom('interrupt', 'queue') }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), turns: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 3, arbitrary: plain('cut') },
  { weight: 2, arbitrary: plain('dropped') },
  { weight: 2, arbitrary: plain('repeat') },
  { weight: 2, arbitrary: plain('caughtUp') },
  { weight: 1, arbitrary: plain('away') },
  { weight: 2, arbitrary: plain('back') },
  { weight: 1, arbitrary: plain('crash') },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('freeze' as const), direction: fc.constantFrom('up', 'down', 'both') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('askAgain' as const), back: fc.integer({ min: 0, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ackless' as const), on: fc.boolean() }) },
)

interface Incarnation {
  runner: Awaited<ReturnType<typeof startRunner>>
  agent: InsideAgent
  link: FaultyLink
  folder: string
}

const numbersOf = (run: SeenRun): number[] =>
  [...run.entries.values()]
    .toSorted((one, other) => one.n - other.n)
    .flatMap(({ body }) => (body.kind === 'message' ? (wholeText(body.text) ?? '').trim().split(' ') : []))
    .filter((word) => word !== '')
    .map(Number)

const promptsOf = (run: SeenRun): string[] =>
  [...run.entries.values()].flatMap(({ body }) => (body.kind === 'user' ? [wholeText(body.text) ?? ''] : []))

describe('the link between runner and server', () => {
  test(
    'random drops, frozen connections, repeats, lost acknowledgements and restarts: each event arrives once and in order, each command happens once',
    { timeout: 240_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (script) => {
          const server = await startControlServer({ heartbeatMs: 100 })
          const root = await mkdtemp(join(tmpdir(), 'drover-link-'))
          const lives: Incarnation[] = []
          try {
            const run = await playOut(script, { server, root, lives })
            expect(run.badMoves).toEqual([])
            expect(run.events.map((event) => event.seq)).toEqual(run.events.map((_, index) => index + 1))
          } finally {
            for (const { runner, link } of lives) {
              await runner.close()
              await link.close()
            }
            await server.close()
            await rm(root, { recursive: true, force: true })
          }
        }),
        // A script that failed says enough; each attempt to shorten it would take seconds.
        { numRuns: 30, endOnFailure: true, verbose: 1 },
      )
    },
  )
})

async function playOut(
  script: readonly Step[],
  { server, root, lives }: { server: ControlServer; root: string; lives: Incarnation[] },
): Promise<SeenRun> {
  let said = 0
  let crashes = 0
  const heard: string[] = []
  const prompts = new Map<DeliveryId, string>()

  async function begin(folder: string): Promise<Incarnation> {
    const link = await openFaultyLink(server.url)
    const agent = createInsideAgent()
    const runner = await startRunner({
      url: link.url,
      folder,
      harnesses: [agent.harness],
      deps: { sandboxes: [agent.sandbox] },
    })
    const life = { runner, agent, link, folder }
    lives.push(life)
    return life
  }

  let life = await begin(join(root, 'runner-0'))
  const first = 'p0'
  const runId: RunId = server.start({ harness: 'inside', prompt: first })
  const run = (): SeenRun => server.run(runId)
  const mend = (): void => {
    life.link.setAway(false)
    server.setSilent(false)
  }
  const caughtUp = (): Promise<unknown> => {
    mend()
    return server.until(() => {
      const newest = numbersOf(run()).at(-1) ?? -1
      return run().state === 'INPROGRESS' && newest === said - 1
    }, 'the server has what was said')
  }

  /** What a kill leaves: the folder as it is at that moment, and a server that hears nothing more of that process. */
  async function crash(): Promise<void> {
    const old = life
    old.link.setAway(true)
    const folder = join(root, `runner-${lives.length}`)
    await cp(old.folder, folder, { recursive: true, filter: (path) => !path.endsWith('runner.lock') })
    heard.push(...old.agent.heard)
    await old.runner.close()
    server.setSilent(false)
    life = await begin(folder)
    crashes += 1
    await server.ended(runId, run().turn)
    // What the old process said and nobody had is gone with it; what the server had stays.
    said = (numbersOf(run()).at(-1) ?? -1) + 1
    const again = `p${prompts.size + 1}-after-crash-${crashes}`
    server.follow(runId, again)
    await server.until(() => run().state === 'INPROGRESS', 'the next turn began')
  }

  await server.until(() => run().state === 'INPROGRESS', 'the run began')
  for (const one of script) {
    switch (one.do) {
      case 'say':
        for (let i = 0; i < one.count; i++) if (life.agent.say(`${said} `)) said += 1
        break
      case 'prompt': {
        const text = `p${prompts.size + 1}`
        const promptId = PromptId.parse(systemClock.newId())
        const by = UserId.parse('person-1')
        prompts.set(server.deliver(runId, { type: 'prompt', promptId, text, by, mode: one.mode }), text)
        break
      }
      case 'cut':
        life.link.cut()
        break
      case 'dropped':
        server.drop()
        break
      case 'away':
        life.link.setAway(true)
        break
      case 'back':
        mend()
        break
      case 'freeze':
        life.link.freeze(one.direction)
        break
      case 'repeat':
        server.repeatAll()
        break
      case 'askAgain':
        server.askAgain(runId, Math.max(1, run().ackedSeq - one.back))
        break
      case 'ackless':
        server.setSilent(one.on)
        break
      case 'caughtUp':
        await caughtUp()
        break
      case 'crash':
        await crash()
        break
      case 'pass':
        for (let i = 0; i < one.turns; i++) await nextTurn()
    }
  }

  await caughtUp()
  const settled = (deliveryId: DeliveryId): string | undefined =>
    server.receipts.findLast((receipt) => receipt.deliveryId === deliveryId && receipt.state !== 'delivered')?.state
  life.agent.letGo()
  await server.ended(runId, run().turn)
  await server.until(
    () => [...prompts.keys()].every((deliveryId) => settled(deliveryId) !== undefined),
    'each receipt came',
  )
  heard.push(...life.agent.heard)

  const numbers = numbersOf(run())
  expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other))
  if (crashes === 0) expect(numbers).toEqual(Array.from({ length: said }, (_, index) => index))

  const words = heard.flatMap((text) => text.split('\n\n'))
  for (const [deliveryId, text] of prompts) {
    const times = { text, heard: words.filter((word) => word === text).length, shown: count(promptsOf(run()), text) }
    const told = server.receipts.filter((receipt) => receipt.deliveryId === deliveryId && receipt.state !== 'delivered')
    expect({ text, told: told.length }).toEqual({ text, told: 1 })
    if (settled(deliveryId) === 'done') {
      expect(times).toEqual({ text, heard: crashes === 0 ? 1 : times.heard, shown: 1 })
      expect(times.heard).toBeLessThanOrEqual(1)
    } else expect(times).toEqual({ text, heard: 0, shown: 0 })
  }
  return run()
}

function count(list: readonly string[], text: string): number {
  return list.filter((one) => one === text).length
}
