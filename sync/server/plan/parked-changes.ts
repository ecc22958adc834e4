import type { PendingChange } from './pending-change.ts'

const maxParked = 200
const parkedMs = 10_000

/** Changes that build on others which have not come. */
export function createParkedChanges(now: () => number) {
  let parked: PendingChange[] = []
  return {
    /** One too many is taken for malformed. */
    add(change: PendingChange): void {
      change.waitsSince ??= now()
      if (parked.length < maxParked) parked.push(change)
      else change.settle('malformed')
    },
    takeAll: (): readonly PendingChange[] => parked.splice(0),
    /** Those that nothing came for. */
    giveUpLate(): void {
      const late = parked.filter(({ waitsSince }) => now() - (waitsSince ?? 0) > parkedMs)
      parked = parked.filter((change) => !late.includes(change))
      for (const change of late) change.settle('malformed')
    },
  }
}
