import { join } from 'node:path'

/** Folders of one run: what is kept of them, and where it goes again. */
export interface SetUpFolders {
  readonly workspace: string
  readonly home: string
  /** The git folder beside them, with what the run started from. */
  readonly changes: string
}

/** The parts of a set-up below a folder. */
export function partsBelow(folder: string): SetUpFolders {
  return {
    workspace: join(folder, 'workspace'),
    home: join(folder, 'home'),
    changes: join(folder, 'changes.git'),
  }
}
