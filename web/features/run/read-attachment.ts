import { useWorkspace } from '../../state/workspace.ts'
import type { ReadAttachment } from '../../ui/attachments/attachment-list.tsx'
import { useScene } from './scene.ts'

/** What this device has of a file, else what its team, or the one who shared the run, has. */
export function useReadAttachment(): ReadAttachment {
  const workspace = useWorkspace()
  const { blobs } = useScene()
  return async ({ blob }) => (await workspace.readAttachment(blob)) ?? (await blobs.bytes(blob))
}
