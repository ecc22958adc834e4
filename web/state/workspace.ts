import type { Workspace } from '#sync/client/workspace.ts'
import { createStrictContext } from './context.ts'

/** The signed-in person's view of one team. Mounted anew when the person or the team changes. */
export const [WorkspaceContext, useWorkspace] = createStrictContext<Workspace>('Workspace')
