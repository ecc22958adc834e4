import type { Around } from './around.ts'
import { editTool } from './edit.ts'
import { fetchTool } from './fetch.ts'
import { grepTool } from './grep.ts'
import { listTool } from './list.ts'
import { readTool } from './read.ts'
import { shellTool } from './shell.ts'
import { terminalTools } from './terminal.ts'
import { tasksTool, type OwnTask } from './tasks.ts'
import type { OwnTool } from './tool.ts'
import { writeTool } from './write.ts'

/** The agent's own tools; those of servers come beside them. */
export function ownTools({
  around,
  tellTasks,
}: {
  around: Around
  tellTasks: (tasks: readonly OwnTask[]) => Promise<void>
}): OwnTool[] {
  return [
    shellTool(around),
    ...terminalTools(around),
    readTool(around),
    editTool(around),
    writeTool(around),
    listTool(around),
    grepTool(around),
    fetchTool(around),
    tasksTool(tellTasks),
  ]
}
