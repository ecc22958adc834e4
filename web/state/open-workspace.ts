import type { Workspace } from '#sync/client/workspace.ts'
import { createStrictContext } from './context.ts'
import type { Me } from './session.ts'

/** How a signed-in person's workspace is opened on this device. */
export type OpenWorkspace = (me: Me) => Promise<Workspace>

export const [OpenWorkspaceContext, useOpenWorkspace] = createStrictContext<OpenWorkspace>('OpenWorkspace')
