import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunId } from '#shared/ids.ts'

/** Where everything of one run lies on the runner's machine. */
export interface RunFolders {
  readonly root: string
  readonly journal: string
  readonly spool: string
  /** Outputs of terminals, until they are uploaded. */
  readonly terminals: string
  readonly workspace: string
  readonly home: string
  readonly tmp: string
}

export function runFolders(runsFolder: string, runId: RunId): RunFolders {
  const root = join(runsFolder, runId)
  return {
    root,
    journal: join(root, 'journal.ndjson'),
    spool: join(root, 'spool'),
    terminals: join(root, 'terminals'),
    workspace: join(root, 'workspace'),
    home: join(root, 'home'),
    tmp: join(root, 'tmp'),
  }
}

const gitConfig = `[user]
\tname = Drover agent
\temail = agent@drover.invalid
[safe]
\tdirectory = *
[init]
\tdefaultBranch = main
[advice]
\tdetachedHead = false
`

export async function makeRunFolders(folders: RunFolders): Promise<void> {
  for (const folder of [folders.root, folders.spool, folders.workspace, folders.home, folders.tmp]) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  }
  await writeFile(join(folders.home, '.gitconfig'), gitConfig, { flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  })
}
