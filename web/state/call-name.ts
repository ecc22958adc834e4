import type { UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { peopleWords } from '../words/people.ts'
import { useTeamData } from './team-data.ts'
import { useWorkspace } from './workspace.ts'

/** What a person is called in a sentence about what they did: "You", a first name, or words for somebody who left. */
export function useCallName(): (id: UserId | undefined) => string {
  const { userId } = useWorkspace()
  const data = useTeamData()
  return (id) => {
    if (id === userId) return peopleWords.you
    const name = id === undefined ? undefined : data.members.get(keys.member(id))?.name
    return name === undefined ? peopleWords.somebody : firstName(name)
  }
}

export function firstName(name: string): string
export function firstName(name: string | undefined): string | undefined
export function firstName(name: string | undefined): string | undefined {
  return name === undefined ? undefined : (name.trim().split(/\s+/)[0] ?? name)
}
