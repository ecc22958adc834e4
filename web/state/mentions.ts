import type { Mentionable, MentionItem } from './mentionable.ts'
import { useTeamData } from './team-data.ts'

/** What `@` offers in a message. */
export type MentionFinder = (query: string) => readonly MentionItem[]

/** The code comes with the first `@`, and with it the list of files; what has not come yet holds nothing up. */
export function useMentions(of: Mentionable): () => Promise<MentionFinder> {
  const data = useTeamData()
  return async () => {
    const { createMentionFinder } = await import('./mention-finder.ts')
    return createMentionFinder({ ...of, plans: data.plans.all, runs: data.runs.all })
  }
}
