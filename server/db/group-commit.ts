import type { Commit, CommitOutcome } from '#sync/server/space-store.ts'
import { DatabaseError } from './errors.ts'

/** Commits of one space under way at once; the ones that come meanwhile wait and go together. */
const maxFlying = 4
const maxTogether = 64

type Waiting = {
  readonly commit: Commit
  resolve(outcome: CommitOutcome): void
  reject(error: unknown): void
}

/**
 * Commits of one hot space wait for each other's write to the disk, since the space is locked until then: some 1000 a second
 * at most. So those that pile up go as one transaction, each still judged on its own, and share one such wait. A commit
 * that finds room goes at once and alone.
 *
 * `commitAll` gives an outcome for each, in order, or writes nothing.
 */
export function createGroupCommit(
  commitAll: (commits: readonly Commit[]) => Promise<readonly CommitOutcome[]>,
): (commit: Commit) => Promise<CommitOutcome> {
  const lanes = new Map<string, { flying: number; waiting: Waiting[] }>()

  async function alone(commit: Commit): Promise<CommitOutcome> {
    const [outcome] = await commitAll([commit])
    if (outcome === undefined) throw new Error('a commit has one outcome')
    return outcome
  }

  async function fly(group: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await commitAll(group.map(({ commit }) => commit))
      for (const [index, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[index]
        if (outcome === undefined) reject(new Error('a commit has one outcome'))
        else resolve(outcome)
      }
    } catch (error) {
      // One that the database can't take must not be the end of the others.
      if (group.length > 1 && error instanceof DatabaseError && !error.transient)
        for (const { commit, resolve, reject } of group) await alone(commit).then(resolve, reject)
      else for (const { reject } of group) reject(error)
    }
  }

  return (commit) => {
    const [space] = commit.spaces
    if (space === undefined || commit.spaces.length > 1) return alone(commit)
    const lane = lanes.get(space.space) ?? { flying: 0, waiting: [] }
    lanes.set(space.space, lane)
    const next = (): void => {
      if (lane.flying >= maxFlying) return
      const group = lane.waiting.splice(0, maxTogether)
      if (group.length === 0) {
        if (lane.flying === 0) lanes.delete(space.space)
        return
      }
      lane.flying++
      void fly(group).finally(() => {
        lane.flying--
        next()
      })
    }
    return new Promise((resolve, reject) => {
      lane.waiting.push({ commit, resolve, reject })
      next()
    })
  }
}
