import type { SyncStatus } from '#sync/client/workspace.ts'

/** A device that heard nothing for this long brings old news first. Longer than the pulls of a hidden page are apart. */
const awayMs = 2 * 60_000
/** The rows of an answer are here so soon after it. */
const landingMs = 1000

/**
 * Tells what happens now from what a device that was away, or was only just opened, catches up with. It compares only times of
 * this device, whose clock may be hours off the server's.
 */
export function createLiveMoments(openedAt: number) {
  let freshAt: number | undefined
  let catchingUpUntil = Infinity
  return {
    follow(status: Pick<SyncStatus, 'freshAt'>): void {
      const now = status.freshAt
      if (now === undefined || now === freshAt) return
      const before = freshAt
      freshAt = now
      if (now < openedAt) return
      if (before === undefined || before < openedAt || now - before > awayMs) catchingUpUntil = now + landingMs
    },
    /** Whether what arrives now has only just happened. */
    isLive(now: number): boolean {
      return freshAt !== undefined && freshAt >= openedAt && now - freshAt <= awayMs && now >= catchingUpUntil
    },
  }
}
