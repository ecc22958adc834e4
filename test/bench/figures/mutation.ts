import { join } from 'node:path'
import { measured, type Figure } from '../lib/figure.ts'
import { nextMessage, startPart } from '../lib/processes.ts'
import { invite } from '../lib/session.ts'
import { makeRun, openStage } from '../lib/stage.ts'

const kinds = ['ours', 'stock'] as const
const perRound = 100
const warmUp = 10

/** A person's mutation on one client → another person's subscription; clients in Node, each in its own process. */
export const figure: Figure = {
  name: 'mutation',
  about: 'a user’s mutation on one client → subscription on another, in Node',
  async run({ quick }) {
    const stage = await openStage()
    try {
      const other = await invite(stage.session, 'member')
      const runId = await makeRun(stage.session)
      const taken = { ours: [] as number[], stock: [] as number[] }
      for (let turn = 0; turn < (quick ? 1 : 5); turn++) {
        for (const kind of kinds) {
          const [a, b] = [stage.session, other].map(() =>
            startPart(join(import.meta.dirname, '..', 'processes', 'pair.ts'), {}),
          )
          if (a === undefined || b === undefined) throw new Error('no processes')
          const open = [stage.session, other].map((session, index) => {
            const child = index === 0 ? a.child : b.child
            const ready = nextMessage(child, typed('ready'))
            child.send({ type: 'open', session, runId, kind })
            return ready
          })
          await Promise.all(open)
          for (let n = 0; n < warmUp + perRound; n++) {
            const seen = nextMessage(b.child, typed('seen'), 20_000)
            a.child.send({ type: 'write' })
            const { ms } = await seen
            if (n >= warmUp) taken[kind].push(ms ?? Number.NaN)
          }
          await a.part.end('SIGKILL')
          await b.part.end('SIGKILL')
        }
      }
      const [ours, stock] = [measured(taken.ours), measured(taken.stock)]
      const beside = { what: 'stock Replicache, poke and pull', measured: stock }
      return [
        {
          what: 'mutation → other client',
          unit: 'ms',
          ours,
          beside,
          target: { text: 'p50 ≤ 5, p99 ≤ 12', met: ours.median <= 5 && ours.p99 <= 12 },
        },
        {
          what: 'stock over ours, p50',
          unit: 'times',
          ours: { median: stock.median / ours.median, p99: stock.p99 / ours.p99, n: 1 },
          target: { text: '≥ 4', met: stock.median / ours.median >= 4 },
        },
      ]
    } finally {
      await stage.close()
    }
  },
}

function typed(type: string): (message: unknown) => { ms?: number } | undefined {
  return (message) =>
    typeof message === 'object' && message !== null && 'type' in message && message.type === type
      ? (message as { ms?: number })
      : undefined
}
