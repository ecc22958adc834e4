import { openPlanKillScene, type PlanKillOutcome } from '../../faults/plan-kills.ts'
import { seeded } from '../../seed.ts'
import { single, type Figure } from '../lib/figure.ts'

/** `--seed` repeats a run of it. */
export const figure: Figure = {
  name: 'plan-kills',
  about: 'kill -9 of server or database while three devices write in a plan',
  async run({ quick, seed, cycles, say }) {
    const random = seeded(seed)
    say(`seed ${random.seed}`)
    const scene = await openPlanKillScene()
    const outcomes: PlanKillOutcome[] = []
    try {
      for (let cycle = 1; cycle <= (cycles ?? (quick ? 3 : 50)); cycle++) {
        const outcome = await scene.cycle(random)
        outcomes.push(outcome)
        say(`cycle ${cycle}: ${outcome.victim} after ${outcome.killedAfterMs} ms, ${outcome.acknowledged} acknowledged`)
        for (const line of [...outcome.lost, ...outcome.doubled]) say(`  wrong: ${line}`)
      }
    } finally {
      await scene.close()
    }
    const sum = (of: (one: PlanKillOutcome) => number): number => outcomes.reduce((all, one) => all + of(one), 0)
    const acknowledged = sum((one) => one.acknowledged)
    const [lost, doubled] = [sum((one) => one.lost.length), sum((one) => one.doubled.length)]
    return [
      {
        what: `acknowledged lines that are lost, seed ${random.seed}`,
        unit: `of ${acknowledged} in ${outcomes.length} cycles`,
        ours: single(lost),
        target: { text: '0', met: lost === 0 },
      },
      {
        what: 'lines that are there twice',
        unit: 'lines',
        ours: single(doubled),
        target: { text: '0', met: doubled === 0 },
      },
    ]
  },
}
