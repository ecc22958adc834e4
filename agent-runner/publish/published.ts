import type { PublishId } from '#shared/ids.ts'
import type { Journal } from '../run/journal.ts'
import type { PublishedCommit } from '../run/run-memory.ts'

/** What was published of one repository, as the journal has it. */
export interface Published {
  /** By the same order, begun before. */
  of(id: PublishId): PublishedCommit | undefined
  /** The newest commit: the next one goes on from it. */
  last(): PublishedCommit | undefined
  /** Something of it is told already, whichever order it was for. */
  has(wanted: Partial<PublishedCommit>): boolean
  note(done: PublishedCommit): Promise<void>
}

/** Commits whose ids are kept for each repository, so that the same order makes no second one. */
const keptAlone = 50
const keptOfSeveral = 10

export function publishedIn(journal: Pick<Journal, 'memory' | 'record'>, folder: string): Published {
  const all = (): readonly PublishedCommit[] => journal.memory().facts.published?.commits ?? []
  const isHere = (one: PublishedCommit): boolean => (one.folder ?? '') === folder
  const here = (): PublishedCommit[] => all().filter(isHere)
  return {
    of: (id) => here().find((one) => one.id === id),
    last: () => here().at(-1),
    has: (wanted) =>
      here().some((one) =>
        (Object.keys(wanted) as (keyof PublishedCommit)[]).every((field) => one[field] === wanted[field]),
      ),
    note: async (done) => {
      const kept = folder === '' ? keptAlone : keptOfSeveral
      const others = here().filter(({ id }) => id !== done.id)
      const mine = [...others, { ...done, ...(folder === '' ? {} : { folder }) }].slice(-kept)
      await journal.record({
        k: 'facts',
        facts: { published: { commits: [...all().filter((one) => !isHere(one)), ...mine] } },
      })
    },
  }
}
