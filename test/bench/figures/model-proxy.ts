import { get } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { clock, measured, type Figure, type Row } from '../lib/figure.ts'
import { nextMessage, startPart } from '../lib/processes.ts'

const Provider = z.object({ port: z.number() })
const Endpoint = z.object({ baseUrl: z.url(), token: z.string() })
const Gateway = z.object({ direct: Endpoint, bridged: Endpoint })
const pairs = 4
const targetMs = 2

/**
 * A chunk of a model's answer, sent by a fake provider → read by the agent: through the runner's proxy, and straight. Each chunk goes both ways at
 * once, and the proxy's own delay is the time between the two arrivals, so that what holds up provider or reader counts for neither.
 */
export const figure: Figure = {
  name: 'model-proxy',
  about: 'the model proxy’s own delay for a chunk, four streams at once',
  async run({ quick }) {
    const script = (name: string): string => join(import.meta.dirname, '..', 'processes', name)
    const provider = startPart(script('model-provider.ts'), {})
    const { port } = await nextMessage(provider.child, (message) => Provider.safeParse(message).data)
    const straight = { baseUrl: `http://127.0.0.1:${port}/v1`, token: '' }
    const gateway = startPart(script('model-gateway.ts'), { PROVIDER: straight.baseUrl })
    try {
      const ways = await nextMessage(gateway.child, (message) => Gateway.safeParse(message).data)
      const rows: Row[] = []
      for (const [what, way] of [
        ['through the proxy', ways.direct],
        // Without a target: what the way out of a container adds.
        ['through the proxy and the bridge of a container', ways.bridged],
      ] as const) {
        const own: number[] = []
        const alone: number[] = []
        // The first round makes everybody warm.
        for (let round = 0; round <= (quick ? 2 : 20); round++) {
          const read = await Promise.all(Array.from({ length: pairs }, () => readPair(straight, way)))
          if (round === 0) continue
          own.push(...read.flatMap((pair) => pair.own))
          alone.push(...read.flatMap((pair) => pair.alone))
        }
        const ours = measured(own)
        rows.push({
          what,
          unit: 'ms',
          ours,
          beside: { what: 'the same chunks straight, whole way', measured: measured(alone) },
          ...(way === ways.direct ? { target: { text: `p99 ≤ ${targetMs}`, met: ours.p99 <= targetMs } } : {}),
        })
      }
      return rows
    } finally {
      await gateway.part.end('SIGKILL')
      await provider.part.end('SIGKILL')
    }
  },
}

type Endpoint = z.infer<typeof Endpoint>

async function readPair(straight: Endpoint, way: Endpoint): Promise<{ own: number[]; alone: number[] }> {
  const [alone, through] = await Promise.all([readStream(straight), readStream(way)])
  const both = [...through].flatMap(([at, arrived]) => {
    const other = alone.get(at)
    return other === undefined ? [] : [arrived - other]
  })
  return { own: both, alone: [...alone].map(([at, arrived]) => arrived - at) }
}

/** When each chunk of one answer arrived, by the time at which it was sent. */
function readStream({ baseUrl, token }: Endpoint): Promise<Map<number, number>> {
  return new Promise((resolve, reject) => {
    const asked = get(
      `${baseUrl}/responses?chunks=100`,
      { headers: { authorization: `Bearer ${token}` } },
      (answer) => {
        const arrived = new Map<number, number>()
        answer.on('data', (piece: Buffer) => {
          const now = clock()
          for (const [, at] of piece.toString().matchAll(/"at":([\d.]+)/g)) arrived.set(Number(at), now)
        })
        answer.once('error', reject)
        answer.once('end', () => resolve(arrived))
      },
    )
    asked.once('error', reject)
  })
}
