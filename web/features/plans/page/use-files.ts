import type { Run } from '#shared/domain/run.ts'
import { RunFiles } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { copyText } from '../../../ui/copy.ts'
import { showToast } from '../../../ui/toast.tsx'
import { planWords } from '../../../words/plan.ts'
import { uiWords } from '../../../words/ui.ts'
import { changedFile } from './changed-file.ts'

/** What a run changed may have to come from the server. */
const patienceMs = 2_000

/**
 * What a press on a file in a plan does: its path is copied, and where the newest run of the plan that changed files changed this one, it can be opened
 * there.
 */
export function useFiles(runs: () => readonly Run[], onGo: (href: string) => void): (path: string) => Promise<void> {
  const workspace = useWorkspace()
  return async (path) => {
    const copied = copyText(path)
    const run = runs().find(({ files }) => files !== undefined && files.changed > 0)
    const files = run === undefined ? undefined : await filesOf(workspace, run.id)
    const file = files === undefined ? undefined : changedFile(files.files, path)
    const text = (await copied) ? planWords.file.copied : uiWords.copyFailed
    if (run === undefined || file === undefined) return showToast({ text })
    const href = `/runs/${run.id}?changes=${encodeURIComponent(file)}`
    showToast({ text, action: { label: planWords.file.open, onAction: () => onGo(href) } })
  }
}

function filesOf(workspace: Workspace, runId: RunId): Promise<RunFiles | undefined> {
  const transcript = workspace.openTranscript(runId)
  return new Promise<RunFiles | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), patienceMs)
    transcript.subscribe(
      (tx) => getRow(tx, keys.files, RunFiles),
      (files) => {
        if (files === undefined) return
        clearTimeout(timer)
        resolve(files)
      },
    )
  }).finally(() => transcript.close())
}
