import { seeded } from '../../seed.ts'
import { openKillScene, type CycleOutcome } from '../../faults/kill-cycles.ts'
import { measured, single, type Figure, type Row } from '../lib/figure.ts'

/** kill -9 of server, runner or database at random moments of a streaming run. `--seed` repeats a run of it. */
export const figure: Figure = {
  name: 'kill',
  about: 'kill -9 of server, runner or database at random moments of a streaming run',
  async run({ quick, seed, cycles, say }) {
    const random = seeded(seed)
    say(`seed ${random.seed}`)
    const scene = await openKillScene()
    const outcomes: CycleOutcome[] = []
    try {
      const count = cycles ?? (quick ? 3 : 100)
      for (let cycle = 1; cycle <= count; cycle++) {
        const outcome = await scene.cycle(random)
        outcomes.push(outcome)
        say(
          `cycle ${cycle}: ${outcome.victim} after ${outcome.killedAfterMs} ms → ${outcome.state}${outcome.reason === '' ? '' : ` (${outcome.reason})`}, ${Math.round(outcome.endedAfterMs)} ms later`,
        )
        for (const [what, list] of Object.entries({
          lost: outcome.lost,
          doubled: outcome.doubled,
          disordered: outcome.disordered,
          stale: outcome.stale,
          hanging: outcome.hanging === undefined ? [] : [outcome.hanging],
        }))
          for (const line of list) say(`  ${what}: ${line}`)
      }
    } finally {
      await scene.close()
    }
    const none = (what: string, count: number): Row => ({
      what: `${what}, seed ${random.seed}`,
      unit: `of ${outcomes.length} cycles`,
      ours: single(count),
      target: { text: '0', met: count === 0 },
    })
    return [
      none('cycles with something lost', outcomes.filter((one) => one.lost.length > 0).length),
      none('cycles with something doubled', outcomes.filter((one) => one.doubled.length > 0).length),
      none('cycles out of order', outcomes.filter((one) => one.disordered.length > 0).length),
      none('runs left hanging', outcomes.filter((one) => one.hanging !== undefined).length),
      none('rows shown otherwise than stored', outcomes.filter((one) => one.stale.length > 0).length),
      ...(['server', 'runner', 'database'] as const).map((victim) => ({
        what: `kill of the ${victim} → end of the run`,
        unit: 'ms',
        ours: measured(outcomes.filter((one) => one.victim === victim).map((one) => one.endedAfterMs)),
      })),
    ]
  },
}
