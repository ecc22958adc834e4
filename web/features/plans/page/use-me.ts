import { createMemo, type Accessor } from 'solid-js'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import type { Someone } from '../editor/parts/caret.ts'

/** For editors that know no hues; ours draws by the person's own. */
const colours = ['#7a4fc9', '#0f7b83', '#b8407f'] as const

/** What others are told of this person in a plan. */
export function useMe(): Accessor<Someone> {
  const workspace = useWorkspace()
  const data = useTeamData()
  return createMemo(() => {
    const member = data.me()
    const hue = member?.hue ?? 1
    return { userId: workspace.userId, name: member?.name ?? '', hue, color: colours[hue - 1] ?? colours[0] }
  })
}
