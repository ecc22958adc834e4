import type { MentionItem } from './mention-finder.ts'
import { useTeamData } from './team-data.ts'

/** What `@` offers in a message. */
export type MentionFinder = (query: string) => readonly MentionItem[]

/** The code comes with the first `@`. */
export function usePlanMentions(): () => Promise<MentionFinder> {
  const data = useTeamData()
  return async () => {
    const { findMentions } = await import('./mention-finder.ts')
    return (query) => findMentions(data.plans.all(), query)
  }
}
