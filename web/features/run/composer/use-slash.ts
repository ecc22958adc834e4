import { canWritePlans } from '#shared/domain/plan-command.ts'
import { ModelEffort } from '#shared/domain/harness.ts'
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

  async function changeModel(change: { readonly model: string } | { readonly effort: ModelEffort }, told: string) {
    of.onProblem(undefined)
    try {
      await workspace.mutate.setRunModel({ runId: scene.runId, ...change })
      of.announce(told)
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
    const [{ findSlash }, { effortsOf, modelsFor, offersFor }] = await Promise.all([
      import('../../../state/slash.ts'),
      import('../../../state/models.ts'),
    ])
    const lists = of.lists()
    const models = () => {
      const { config, hostName } = scene.run()
      const where = { harness: config.harness, host: hostName ?? config.host ?? '', sandbox: config.sandbox }
      return modelsFor(offersFor(team.runners.all(), where), team.team.value, config.harness)
    }
    const acts: SlashActs = {
      models: () => models().map(({ id, name }) => ({ id, name, isNow: id === scene.run().config.model })),
      onModel: scene.guest ? undefined : (model, name) => void changeModel({ model }, slashWords.modelChanged(name)),
      efforts() {
        const { harness, model = '', effort } = scene.run().config
        return effortsOf(models(), team.team.value, harness, model).map((id) => ({
          id,
          name: id,
          isNow: id === effort,
        }))
      },
      onEffort: scene.guest
        ? undefined
        : (id) => {
            const effort = ModelEffort.parse(id)
            void changeModel({ effort }, slashWords.effortChanged(effort))
          },
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
