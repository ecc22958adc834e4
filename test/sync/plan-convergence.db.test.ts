import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { PlanId } from '#shared/ids.ts'
import { createMemoryIntentStore, type IntentStore } from '#sync/client/intents.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { createMemoryPlanStore } from '#sync/client/plans/store/memory-plan-store.ts'
import type { PlanStore } from '#sync/client/plans/store/plan-store.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { planField } from '#sync/core/plan/schema.ts'
import { openDeviceNetwork, type DeviceNetwork } from '../device-network.ts'
import { textOf, untilMarked, untilState, writeParagraph } from '../plan-device.ts'
import { seeded, type Seeded } from '../seed.ts'
import { newId, openWorld, until, type Person } from '../world.ts'

const steps = 150
const devices = 3

/** One person's device: what survives a kill, and what does not. */
type Device = {
  readonly person: Person
  readonly disk: { readonly planStore: PlanStore; readonly intents: IntentStore }
  network: DeviceNetwork
  workspace: Workspace
  plan: PlanDocument
}

/** Each character is typed once in a whole story, so that each can be asked for at its end. */
function createTyping({ below }: Seeded) {
  let typed = 0
  const deleted = new Set<string>()

  function paragraphs(doc: Y.Doc): readonly Y.XmlText[] {
    return doc
      .getXmlFragment(planField)
      .toArray()
      .flatMap((one) => {
        const inner = one instanceof Y.XmlElement ? one.get(0) : undefined
        return inner instanceof Y.XmlText ? [inner] : []
      })
  }
  const some = (count: number): string =>
    Array.from({ length: count }, () => String.fromCodePoint(0x4e00 + typed++)).join('')

  return {
    edit(doc: Y.Doc): void {
      const all = paragraphs(doc)
      const text = all[below(Math.max(1, all.length))]
      if (text === undefined || below(8) === 0) return void writeParagraph(doc, some(1 + below(4)))
      if (below(3) > 0 || text.length === 0) return text.insert(below(text.length + 1), some(1 + below(5)))
      const at = below(text.length)
      const length = Math.min(text.length - at, 1 + below(4))
      for (const character of text.toJSON().slice(at, at + length)) deleted.add(character)
      text.delete(at, length)
    },
    /** What was typed and is not there, though nobody deleted it; and what nobody typed, or is there twice. */
    faults(doc: Y.Doc): { lost: string[]; strange: string[] } {
      const there = paragraphs(doc)
        .map((text) => text.toJSON())
        .join('')
      const lost = Array.from({ length: typed }, (_, n) => String.fromCodePoint(0x4e00 + n)).filter(
        (character) => !deleted.has(character) && !there.includes(character),
      )
      const strange = [...there].filter((character, n) => deleted.has(character) || there.indexOf(character) !== n)
      return { lost, strange }
    },
  }
}

test('three devices that drop, are killed and meet a restarted server end with the same, and nothing is lost', async () => {
  const chance = seeded()
  const world = await openWorld()
  try {
    const mara = await world.owner()
    const people = [mara, await world.invite(mara, 'member'), await world.invite(mara, 'member')]
    const planId = PlanId.parse(newId())
    const typing = createTyping(chance)

    const start = async (person: Person, disk: Device['disk']): Promise<Omit<Device, 'plan'>> => {
      const network = openDeviceNetwork()
      return { person, disk, network, workspace: person.open({ network, ...disk }) }
    }
    const all: Device[] = []
    for (const person of people.slice(0, devices)) {
      const disk = { planStore: createMemoryPlanStore(), intents: createMemoryIntentStore() }
      const begun = await start(person, disk)
      await until<unknown>(
        (on) => begun.workspace.subscribe((tx) => tx.get(keys.team), on),
        (row) => row !== undefined,
      )
      if (all.length === 0) await begun.workspace.mutate.createPlan({ planId, title: '' })
      await until<unknown>(
        (on) => begun.workspace.subscribe((tx) => tx.get(keys.plan(planId)), on),
        (row) => row !== undefined,
      )
      all.push({ ...begun, plan: await begun.workspace.openPlan(planId) })
    }

    for (let step = 0; step < steps; step++) {
      const device = all[chance.below(all.length)]
      if (device === undefined) throw new Error('no device')
      const dice = chance.below(100)
      if (dice < 8) device.network.cut('before')
      else if (dice < 12) device.network.cut('after')
      else if (dice < 24) {
        device.network.cut('no')
        void device.workspace.refresh()
      } else if (dice < 27) {
        // Killed: what is on its disk is all that there is, and its page never gets through to anybody again.
        device.network.cut('before')
        await new Promise((resolve) => setImmediate(resolve))
        const begun = await start(device.person, device.disk)
        Object.assign(device, begun, { plan: await begun.workspace.openPlan(planId) })
      } else if (dice < 29) await world.restart()
      else typing.edit(device.plan.doc)
      // Now and then what is under way may arrive, at another place of each story.
      for (let turns = chance.below(4) === 0 ? chance.below(200) : 0; turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve))
    }

    for (const { network, workspace } of all) {
      network.cut('no')
      void workspace.refresh()
    }
    for (const { plan } of all)
      await untilState(plan, ({ synced, stored, connection }) => synced && stored && connection === 'online')
    const fresh = await people[0]?.open().openPlan(planId)
    if (fresh === undefined) throw new Error('no plan')
    await untilState(fresh, ({ synced }) => synced)
    const target = Y.encodeStateVector(fresh.doc)
    for (const { plan, disk } of all) {
      await untilSame(plan.doc, target)
      expect(textOf(plan.doc)).toBe(textOf(fresh.doc))
      expect(await untilMarked(disk.planStore, planId, true)).toBe(true)
    }
    expect(typing.faults(fresh.doc)).toEqual({ lost: [], strange: [] })
  } finally {
    await world.close()
  }
}, 120_000)

/** Resolves once the document holds as much as this. */
function untilSame(doc: Y.Doc, target: Uint8Array): Promise<boolean> {
  const wanted = Y.decodeStateVector(target)
  return until<boolean>(
    (on) => {
      const look = (): void => {
        const has = Y.decodeStateVector(Y.encodeStateVector(doc))
        on([...wanted].every(([client, clock]) => (has.get(client) ?? 0) >= clock))
      }
      doc.on('update', look)
      look()
      return () => doc.off('update', look)
    },
    (same) => same,
  )
}
