import { PlanId } from '#shared/ids.ts'
import { freshNote, isStored } from '#sync/client/plans/store/plan-note.ts'
import type { PlanRecord, PlanStore } from '#sync/client/plans/store/plan-store.ts'

const planId = PlanId.parse('01980000-0000-7000-8000-000000000001')
const other = PlanId.parse('01980000-0000-7000-8000-000000000002')

/** What two pages of one device see of a store of plans: the same wherever it lies. */
export async function tellStoreStory(open: () => Promise<PlanStore>): Promise<readonly unknown[]> {
  const [here, there] = [await open(), await open()]
  const seen: unknown[] = []
  const see = (read: PlanRecord | undefined): void =>
    void seen.push(
      read && {
        changes: read.changes.map((change) => [...change]),
        unstored: read.note.unstored,
        ...{ last: read.note.last, count: read.note.count, bytes: read.note.bytes },
      },
    )
  const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

  seen.push(await here.append(planId, [bytes(1)], (note) => note))
  see(await here.read(planId))
  await here.change(planId, (note) => note ?? freshNote(planId))
  await here.change(other, () => freshNote(other))
  seen.push(await here.append(planId, [bytes(1), bytes(2, 2)], (note) => ({ ...note, unstored: { page: 1 } })))
  await there.append(planId, [bytes(3)], (note) => note)
  await there.append(other, [bytes(9)], (note) => note)
  see(await there.read(planId))
  see(await there.read(planId, 2))

  // What can't be written is not there by half.
  await here
    .append(planId, [bytes(4)], () => {
      throw new Error('no')
    })
    .catch(() => seen.push('nothing was kept'))
  see(await there.read(planId, 3))

  await here.compact(planId, 3, () => bytes(0))
  see(await here.read(planId))
  await here.compact(planId, 2, (all) => bytes(...all.flatMap((change) => [...change])))
  see(await here.read(planId))
  see(await here.read(planId, 3))
  await there.append(planId, [bytes(5)], (note) => ({ ...note, unstored: {} }))
  see(await here.read(planId))

  let heard = 0
  const stop = there.subscribe(() => heard++)
  const told = new Promise<void>((resolve) => {
    const end = there.subscribe(() => {
      end()
      resolve()
    })
  })
  await here.append(planId, [bytes(6)], (note) => ({ ...note, unstored: { page: 2 } }))
  await told
  seen.push(`heard ${heard > 0}`)
  stop()

  await here.change(planId, () => undefined)
  see(await there.read(planId))
  see(await there.read(other))
  seen.push((await there.notes()).map((note) => [note.planId, isStored(note)]))
  here.close()
  there.close()
  return seen
}

export const storeStory: readonly unknown[] = [
  false,
  undefined,
  true,
  { changes: [[1], [2, 2], [3]], unstored: { page: 1 }, last: 3, count: 3, bytes: 4 },
  { changes: [[3]], unstored: { page: 1 }, last: 3, count: 3, bytes: 4 },
  'nothing was kept',
  { changes: [], unstored: { page: 1 }, last: 3, count: 3, bytes: 4 },
  { changes: [[1], [2, 2], [3]], unstored: { page: 1 }, last: 3, count: 3, bytes: 4 },
  { changes: [[1, 2, 2, 3]], unstored: { page: 1 }, last: 4, count: 1, bytes: 4 },
  { changes: [[1, 2, 2, 3]], unstored: { page: 1 }, last: 4, count: 1, bytes: 4 },
  { changes: [[1, 2, 2, 3], [5]], unstored: {}, last: 5, count: 2, bytes: 5 },
  'heard true',
  undefined,
  { changes: [[9]], unstored: {}, last: 1, count: 1, bytes: 1 },
  [[other, true]],
]
