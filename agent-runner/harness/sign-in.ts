import { stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What the runner's person has on this machine: their home, and the variables that name other places. */
export interface Person {
  readonly home: string
  /** `CLAUDE_CONFIG_DIR`, `CODEX_HOME`, `XDG_DATA_HOME` and the like, as the runner was given them. */
  readonly variables: Readonly<Record<string, string>>
}

/** Whether a file with something in it is there. What it holds is the tool's own business. */
export async function isFilled(...path: [string, ...string[]]): Promise<boolean> {
  return stat(join(...path)).then(
    (found) => found.isFile() && found.size > 2,
    () => false,
  )
}
