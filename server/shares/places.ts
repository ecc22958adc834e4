import { err, ok, type Result } from '#shared/result.ts'

/** Readers of one link, and of all links of this process, who are told of changes as they happen. */
export const maxFeedsPerLink = 50
export const maxFeeds = 500

/** Counts who follows links: those of runs and those of plans together. */
export type Places = {
  /** Gives the place back when it is called. `link` or `server`: it has as many readers as it may. */
  take(link: string): Result<() => void, 'link' | 'server'>
}

export function createPlaces(): Places {
  const taken = new Map<string, number>()
  let all = 0
  return {
    take(link) {
      const here = taken.get(link) ?? 0
      if (all >= maxFeeds) return err('server')
      if (here >= maxFeedsPerLink) return err('link')
      taken.set(link, here + 1)
      all++
      let isGiven = false
      return ok(() => {
        if (isGiven) return
        isGiven = true
        all--
        const left = (taken.get(link) ?? 1) - 1
        if (left === 0) taken.delete(link)
        else taken.set(link, left)
      })
    },
  }
}
