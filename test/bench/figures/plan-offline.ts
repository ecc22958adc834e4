import * as Y from 'yjs'
import { PlanId } from '#shared/ids.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { readBody } from '#sync/core/plan/body.ts'
import { writePlan } from '#sync/core/plan/markdown.ts'
import { rewriteFrom } from '#sync/core/plan/rewrite.ts'
import { openDeviceNetwork, type DeviceNetwork } from '../../device-network.ts'
import { textOf, untilState } from '../../plan-device.ts'
import { createTyping, untilSame } from '../../plan-typing.ts'
import { seeded, type Seeded } from '../../seed.ts'
import { newId, openWorld, until, type Person } from '../../world.ts'
import { clock, measured, single, type Figure, type Row } from '../lib/figure.ts'

type Device = { readonly network: DeviceNetwork; readonly workspace: Workspace }
type Trial = {
  readonly typed: number
  readonly lost: number
  readonly twice: number
  readonly revived: number
  readonly unequal: number
  readonly ms: number
}

/** Three people and an agent write into one plan without a network and come back in any order. `--seed` repeats a run of it, `--cycles` says how many trials. */
export const figure: Figure = {
  name: 'plan-offline',
  about:
    'offline editing of a plan by three people and an agent, through the real server: every copy equal, every character accounted for',
  async run({ quick, seed, cycles, say }) {
    const chance = seeded(seed)
    say(`seed ${chance.seed}`)
    const world = await openWorld()
    const trials: Trial[] = []
    try {
      const mara = await world.owner()
      const people = [mara, await world.invite(mara, 'member'), await world.invite(mara, 'member')]
      // The agent writes on a device of its person.
      const devices = await Promise.all([...people, mara].map(openDevice))
      const count = cycles ?? (quick ? 20 : 1_000)
      for (let n = 1; n <= count; n++) {
        const trial = await tryOnce(devices, mara, chance)
        trials.push(trial)
        if (trial.lost + trial.twice + trial.unequal > 0) say(`trial ${n}: ${JSON.stringify(trial)}`)
        if (n % 100 === 0) say(`${n} trials`)
      }
    } finally {
      await world.close()
    }
    const sum = (of: (trial: Trial) => number): number => trials.reduce((total, one) => total + of(one), 0)
    const typed = sum((one) => one.typed)
    const none = (what: string, unit: string, count: number): Row => ({
      what: `${what}, seed ${chance.seed}`,
      unit,
      ours: single(count),
      target: { text: '0', met: count === 0 },
    })
    return [
      none(
        'characters that nobody deleted and are gone',
        `of ${typed}`,
        sum((one) => one.lost),
      ),
      none(
        'characters that are there twice',
        `of ${typed}`,
        sum((one) => one.twice),
      ),
      none(
        'copies that differ',
        `of ${4 * trials.length}`,
        sum((one) => one.unequal),
      ),
      {
        what: 'deleted by a person while the agent wrote their words anew',
        unit: `of ${typed}`,
        ours: single(sum((one) => one.revived)),
      },
      {
        what: 'from the network’s return to all copies equal and stored',
        unit: 'ms',
        ours: measured(trials.map(({ ms }) => ms)),
      },
    ]
  },
}

async function openDevice(person: Person): Promise<Device> {
  const network = openDeviceNetwork()
  const workspace = person.open({ network })
  await until<unknown>(
    (on) => workspace.subscribe((tx) => tx.get(keys.team), on),
    (row) => row !== undefined,
  )
  return { network, workspace }
}

async function tryOnce(devices: readonly Device[], mara: Person, chance: Seeded): Promise<Trial> {
  const [first] = devices
  if (first === undefined) throw new Error('no device')
  const typing = createTyping(chance)
  const planId = PlanId.parse(newId())
  await first.workspace.mutate.createPlan({ planId, title: '' })
  const plans: PlanDocument[] = []
  for (const { workspace } of devices) {
    await until<unknown>(
      (on) => workspace.subscribe((tx) => tx.get(keys.plan(planId)), on),
      (row) => row !== undefined,
    )
    plans.push(await workspace.openPlan(planId))
  }
  const [begun] = plans
  if (begun === undefined) throw new Error('no plan')
  for (let n = 0; n < 12; n++) typing.edit(begun.doc)
  await Promise.all(plans.map((plan) => untilState(plan, ({ synced, stored }) => synced && stored)))
  await Promise.all(plans.map((plan) => untilSame(plan.doc, Y.encodeStateVector(begun.doc))))

  for (const { network } of devices) network.cut('before')
  for (const [index, plan] of plans.entries()) {
    const isAgent = index === plans.length - 1
    if (isAgent) rewrite(plan.doc, typing, chance)
    else for (let edits = 5 + chance.below(15); edits > 0; edits--) typing.edit(plan.doc)
  }

  const at = clock()
  for (const { network, workspace } of [...devices].sort(() => chance.random() - 0.5)) {
    network.cut('no')
    void workspace.refresh()
  }
  await Promise.all(
    plans.map((plan) => untilState(plan, ({ connection, stored }) => connection === 'online' && stored)),
  )
  const fresh = mara.open()
  const stored = await fresh.openPlan(planId)
  await untilState(stored, ({ synced }) => synced)
  const target = Y.encodeStateVector(stored.doc)
  await Promise.all(plans.map((plan) => untilSame(plan.doc, target)))
  const ms = clock() - at
  const text = textOf(stored.doc)
  const unequal = plans.filter(({ doc }) => textOf(doc) !== text).length
  const { lost, twice, revived } = typing.faults(stored.doc)
  for (const plan of [...plans, stored]) plan.close()
  await fresh.close()
  return { typed: typing.count(), lost: lost.length, twice: twice.length, revived: revived.length, unequal, ms }
}

/** What an agent does: it reads the plan as Markdown, writes it anew with changes here and there, and the smallest change of that goes into the document. */
function rewrite(doc: Y.Doc, typing: ReturnType<typeof createTyping>, { below }: Seeded): void {
  const before = writePlan(readBody(doc))
  const blocks = before.split('\n\n').flatMap((block) => {
    const dice = below(6)
    const at = below(block.length + 1)
    if (dice === 0) return [block, typing.some(3)]
    if (dice === 1) return [`${block.slice(0, at)}${typing.some(2)}${block.slice(at)}`]
    // A whole paragraph goes with what others write in it meanwhile: that is no loss, and is left out here.
    if (dice === 2 && block.length > 4) return [block.slice(0, at) + block.slice(at + 2)]
    return [block]
  })
  const after = blocks.join('\n\n')
  typing.deletes([...before].filter((character) => !after.includes(character)))
  Y.applyUpdate(doc, rewriteFrom(Y.encodeStateAsUpdate(doc), after, newId), 'agent')
}
