import type { Workspace } from '#sync/client/workspace.ts'
import type { DeviceStore } from './device-store.ts'
import { draftKey } from './draft.ts'

/** Lets go of files that no message which is being written on this device names any more. */
export async function forgetUnnamedAttachments(
  workspace: Pick<Workspace, 'userId' | 'forgetUnnamed'>,
  store: Pick<DeviceStore, 'find'>,
): Promise<void> {
  const drafts = await store.find(draftKey(workspace, ''))
  const named = new Set(drafts.flatMap((draft) => JSON.stringify(draft)?.match(/[0-9a-f]{64}/g) ?? []))
  await workspace.forgetUnnamed(named)
}
