import { openPlanClient } from '../../plan-client.ts'
import { openPlanDevice } from '../../plan-world.ts'
import { startTyping, textOf } from '../../plans/random-editing.ts'
import { seeded } from '../../seed.ts'
import { single, type Figure } from '../lib/figure.ts'
import { fetchAs } from '../lib/session.ts'
import { openStage } from '../lib/stage.ts'

const devices = 4
const edits = 400

/** Four devices write at once, over connections that drop; `--cycles` plans of it, `--seed` repeats them. */
export const figure: Figure = {
  name: 'plan-edits',
  about: `${devices} devices write at random in a plan, over dropped connections: every character accounted for`,
  async run({ quick, seed, cycles, say }) {
    const random = seeded(seed)
    say(`seed ${random.seed}`)
    const stage = await openStage()
    const { session } = stage
    const device = openPlanDevice({ ...session, fetch: fetchAs(session) })
    const count = cycles ?? (quick ? 3 : 250)
    let [differing, missing, wrong] = [0, 0, 0]
    try {
      for (let cycle = 1; cycle <= count; cycle++) {
        const planId = await device.createPlan()
        const open = () => openPlanClient({ url: session.origin, cookie: session.cookie, planId })
        const clients = Array.from({ length: devices }, open)
        const typing = startTyping(clients, random)
        await typing.write(edits, async () => {
          if (random.below(40) === 0) clients[random.below(devices)]?.drop()
        })
        await Promise.all(clients.map((client) => client.stored()))
        const fresh = open()
        await fresh.synced()
        const text = textOf(fresh)
        // What the server has, each has, as soon as all has come.
        for (const client of clients) {
          await client.synced()
          await client.shows(fresh)
          if (textOf(client) !== text) differing++
        }
        missing += typing.missing(text).length
        wrong += typing.wrong(text).length
        for (const client of [...clients, fresh]) client.close()
        if (cycle % 25 === 0) say(`cycle ${cycle}: ${differing} differing, ${missing} missing, ${wrong} wrong`)
      }
    } finally {
      await stage.close()
    }
    const none = (what: string, unit: string, found: number) => ({
      what,
      unit,
      ours: single(found),
      target: { text: '0', met: found === 0 },
    })
    return [
      none(`copies that differ, seed ${random.seed}`, `of ${count * devices}`, differing),
      none('characters missing', `in ${count} plans`, missing),
      none('characters there twice, or back', `in ${count} plans`, wrong),
    ]
  },
}
