import { createMemo, type Accessor } from 'solid-js'
import { RunFiles, RunSession } from '#shared/domain/transcript.ts'
import { PathsRow } from '#shared/domain/workspace-paths.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import type { CommandBlock } from '../../../state/mentionable.ts'
import { useQuery } from '../../../state/query.ts'
import { exportWords } from '../../../words/slash.ts'
import type { ExportFormat } from '../../../state/slash.ts'
import type { Scene } from '../scene.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'

/** What a run has that a message to it can name. */
export type ComposerLists = {
  readonly paths: Accessor<PathsRow | undefined>
  /** Files that the run changed. */
  readonly recent: Accessor<readonly string[]>
  /** Newest first. */
  readonly commands: Accessor<readonly CommandBlock[]>
  /** Of the agent, as it told them last. */
  readonly agentCommands: Accessor<RunSession['commands']>
  readonly exportRun: (format: ExportFormat) => Promise<void>
  readonly showSpent: () => void
}

export function useComposerLists(model: TranscriptModel, scene: Scene, showSpent: () => void): ComposerLists {
  const from = { key: null, source: () => model.source } as const
  const paths = useQuery(() => (tx) => getRow(tx, keys.paths, PathsRow), from)
  const files = useQuery(() => (tx) => getRow(tx, keys.files, RunFiles), from)
  const session = useQuery(() => (tx) => getRow(tx, keys.session, RunSession), from)
  return {
    paths: () => paths.value,
    recent: createMemo(() => (files.value?.files ?? []).map(({ path }) => path)),
    // Read when somebody wants to mention one: entries change with each word of the agent.
    commands: () =>
      (model.view()?.entries ?? [])
        .flatMap(({ n, body }) =>
          (body.kind === 'tool' || body.kind === 'step') && body.command !== undefined
            ? [{ n, command: body.command, exitCode: body.exitCode }]
            : [],
        )
        .toReversed(),
    agentCommands: () => session.value?.commands ?? [],
    async exportRun(format) {
      const { exportRun } = await import('../export/export-run.ts')
      const names = {
        agent: scene.agent().name,
        person: (id: Parameters<Scene['person']>[0]) => scene.person(id)?.name ?? exportWords.somebody,
      }
      await exportRun({ run: scene.run(), model, blobs: scene.blobs, names }, format)
    },
    showSpent,
  }
}
