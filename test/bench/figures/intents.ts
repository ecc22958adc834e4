import { openIntentScene, type IntentCycle } from '../../faults/intent-cycles.ts'
import { seeded } from '../../seed.ts'
import { single, type Figure, type Row } from '../lib/figure.ts'

/** What three devices did while everything went wrong, each looked for afterwards. `--seed` repeats a run of it. */
export const figure: Figure = {
  name: 'intents',
  about:
    'drop, repeat, reorder, kill and clock change over three devices: one effect or a shown refusal for each intent',
  async run({ quick, seed, cycles, say }) {
    const random = seeded(seed)
    say(`seed ${random.seed}`)
    const scene = await openIntentScene()
    const outcomes: IntentCycle[] = []
    try {
      const count = cycles ?? (quick ? 5 : 200)
      for (let cycle = 1; cycle <= count; cycle++) {
        const outcome = await scene.cycle(random)
        outcomes.push(outcome)
        const problems = [...outcome.lost, ...outcome.doubled, ...outcome.stale]
        say(`cycle ${cycle}: ${outcome.intents} intents, ${outcome.refused} refused`)
        if (problems.length > 0) for (const line of [...outcome.steps, ...problems]) say(`  ${line}`)
      }
    } finally {
      await scene.close()
    }
    const sum = (of: (cycle: IntentCycle) => number): number => outcomes.reduce((total, one) => total + of(one), 0)
    const all = sum((one) => one.intents)
    const none = (what: string, unit: string, count: number): Row => ({
      what: `${what}, seed ${random.seed}`,
      unit,
      ours: single(count),
      target: { text: '0', met: count === 0 },
    })
    return [
      none(
        'intents without an end',
        `of ${all}`,
        sum((one) => one.lost.length),
      ),
      none(
        'intents with two',
        `of ${all}`,
        sum((one) => one.doubled.length),
      ),
      none(
        'devices that show otherwise than stored',
        `in ${outcomes.length} cycles`,
        sum((one) => one.stale.length),
      ),
      { what: 'intents refused, each once', unit: `of ${all}`, ours: single(sum((one) => one.refused)) },
    ]
  },
}
