import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import { agentModelKey, startAgentModels } from '../../fakes/agent-models/server.ts'
import { clock, measured, single, type Figure } from '../lib/figure.ts'
import { root, startPart } from '../lib/processes.ts'

const Ready = z.object({ type: z.literal('ready'), rss: z.number() })
const Done = z.object({
  type: z.literal('done'),
  sentAt: z.number(),
  rss: z.number(),
  heldUpMs: z.number(),
  cpuMs: z.number(),
})

/** Of a long answer: as many pieces as letters divided by seven. */
const longAnswer = 'A long answer. '.repeat(1_000)
const piecesOfLong = Math.ceil(longAnswer.length / 7)

/** Drover's agent inside a process like the runner's, a model on loopback beside it. */
export const figure: Figure = {
  name: 'own-agent',
  about: 'Drover’s agent: prompt → first request to the model, and what it takes of the runner',
  async run({ quick, say }) {
    const models = await startAgentModels()
    const cold: number[] = []
    const warm: number[] = []
    const perPiece: number[] = []
    const grown: number[] = []
    const held: { cold: number[]; warm: number[] } = { cold: [], warm: [] }
    try {
      for (let round = 0; round < (quick ? 2 : 8); round++) {
        const { child, part } = startPart(join(root, 'test/bench/processes/own-agent.ts'), {})
        const ready = Ready.parse((await once(child, 'message'))[0])
        const prompt = async (text: string): Promise<{ ms: number } & z.infer<typeof Done>> => {
          let at = Number.NaN
          models.script([
            () => {
              at = clock()
              return { text, tools: [{ name: 'shell', input: { command: 'echo worked' } }] }
            },
            { text: 'Done.' },
          ])
          child.send({ type: 'prompt', url: models.url, token: agentModelKey })
          const done = Done.parse((await once(child, 'message'))[0])
          return { ...done, ms: at - done.sentAt }
        }
        const first = await prompt('Hello.')
        cold.push(first.ms)
        held.cold.push(first.heldUpMs)
        let most = first.rss
        for (let turn = 0; turn < (quick ? 5 : 10); turn++) {
          const next = await prompt('Hello.')
          warm.push(next.ms)
          held.warm.push(next.heldUpMs)
          most = Math.max(most, next.rss)
        }
        const short = await prompt('Hello.')
        const long = await prompt(longAnswer)
        perPiece.push((long.cpuMs - short.cpuMs) / piecesOfLong)
        most = Math.max(most, long.rss)
        grown.push((most - ready.rss) / 1e6)
        child.send({ type: 'close' })
        await part.ended
        if (models.complaints.length > 0) say(`  ${models.complaints.join('; ')}`)
      }
    } finally {
      await models.close()
    }
    const [first, next, memory] = [measured(cold), measured(warm), measured(grown)]
    const most = Math.max(...grown)
    return [
      {
        what: 'cold: agent opened, session made',
        unit: 'ms',
        ours: first,
        target: { text: 'p50 ≤ 1,500', met: first.median <= 1_500 },
      },
      { what: 'warm', unit: 'ms', ours: next, target: { text: 'p50 ≤ 150', met: next.median <= 150 } },
      {
        what: 'memory that the process grew by',
        unit: 'MB',
        ours: memory,
        target: { text: 'all ≤ 150', met: most <= 150 },
      },
      { what: 'longest that the process was held up, cold', unit: 'ms', ours: measured(held.cold) },
      { what: 'longest that the process was held up, warm', unit: 'ms', ours: measured(held.warm) },
      { what: 'processor for each streamed piece', unit: 'ms', ours: measured(perPiece) },
      { what: 'pieces of the long answer', unit: 'pieces', ours: single(piecesOfLong) },
    ]
  },
}
