import type { CommentAuthor } from '#shared/domain/plan-comment.ts'
import { useCallName } from '../../state/call-name.ts'
import { useTeamData } from '../../state/team-data.ts'
import { historyWords } from '../../words/plan-history.ts'

/** What the hand behind a change or a comment is called in a sentence. */
export function useAuthorName(): (author: CommentAuthor) => string {
  const data = useTeamData()
  const callName = useCallName()
  return (author) => {
    switch (author.kind) {
      case 'person':
        return callName(author.userId)
      case 'agent':
        return data.harness(author.harness).name
      case 'guest':
        return author.name
      case 'server':
        return historyWords.server
    }
  }
}
