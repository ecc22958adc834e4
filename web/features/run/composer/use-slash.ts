import { canWritePlans } from '#shared/domain/plan-command.ts'
import { isHeld } from '#shared/domain/run.ts'
import { ProfileId } from '#shared/ids.ts'
import { useIds } from '../../../state/platform.ts'
import { useProfiles } from '../../../state/profiles.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import type { ExportFormat, SlashActs, SlashItem } from '../../../state/slash.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { slashWords } from '../../../words/slash.ts'
import { useScene } from '../scene.ts'
import type { ComposerLists } from './composer-lists.ts'

/** What `/` offers in a message to a run. The code comes with the first one. */
export function useSlash(of: {
  readonly lists: () => ComposerLists | undefined
  readonly announce: (text: string) => void
  readonly onProblem: (text: string | undefined) => void
}): () => Promise<(query: string) => readonly SlashItem[]> {
  const scene = useScene()
  const workspace = useWorkspace()
  const ids = useIds()
  const team = useTeamData()
  const profiles = useProfiles()

  async function switchProfile(id: string, name: string): Promise<void> {
    of.onProblem(undefined)
    try {
      const profileId = ProfileId.parse(id)
      await workspace.mutate.setRunProfile({ runId: scene.runId, profileId, deliveryId: ids.deliveryId() })
      of.announce(slashWords.profileChanged(name))
    } catch (error) {
      of.onProblem(refusalText(error))
    }
  }

  async function saveRun(lists: ComposerLists, format: ExportFormat): Promise<void> {
    of.onProblem(undefined)
    of.announce(slashWords.exporting)
    try {
      await lists.exportRun(format)
      of.announce(slashWords.exported)
    } catch {
      of.onProblem(slashWords.exportFailed)
    }
  }

  return async () => {
    const { findSlash } = await import('../../../state/slash.ts')
    const lists = of.lists()
    const acts: SlashActs = {
      canPlan() {
        const { config, hostName } = scene.run()
        return !scene.guest && canWritePlans(team.runners.all(), { ...config, host: hostName ?? config.host })
      },
      canQueue: () => isHeld(scene.run().state),
      profiles: profiles.all,
      onProfile: scene.guest ? undefined : (id, name) => void switchProfile(id, name),
      onExport: lists === undefined ? undefined : (format) => void saveRun(lists, format),
      onCost: lists === undefined || scene.guest ? undefined : lists.showSpent,
      commands() {
        const told = lists?.agentCommands() ?? []
        return told.length > 0 ? told : (scene.agent().commands ?? [])
      },
      agent: () => scene.agent().name,
    }
    return (query) => findSlash(acts, query)
  }
}
