import type { FileChange } from '#shared/domain/transcript.ts'
import type { BlobStore } from '../../link/blob-store.ts'

const listedFiles = 500
const inlinePatch = 4000
/** The list is one event, see `maxEventBytes`: so much of it for files and the names of their blobs, so much for patches. */
const listBytes = 600_000
const patchBytes = 350_000
/** What a blob's name adds to a file. */
const blobBytes = 100
const uploadMs = 5000
/** Of files whose content is not looked at, so that they don't take the place of the others. */
const unreadFiles = 100

/** The changes that fit into one event, their patches inline or as blobs, and how many did not fit. */
export async function fileList(
  changes: readonly { change: FileChange; patch: string | undefined }[],
  { unread, blobs, patches = patchBytes }: { unread: readonly FileChange[]; blobs: BlobStore; patches?: number },
): Promise<{ files: FileChange[]; more: number }> {
  const files: FileChange[] = []
  const named = unread.slice(0, unreadFiles)
  let left = listBytes - named.reduce((sum, change) => sum + jsonBytes(change), 0)
  let leftForPatches = patches
  const upload = uploadUntil(blobs, uploadMs)
  for (const { change, patch } of changes.slice(0, listedFiles - named.length)) {
    left -= jsonBytes(change) + blobBytes
    if (left < 0) break
    const file = await withPatch(change, patch, { room: leftForPatches, upload: upload.put })
    if (file.patch !== undefined) leftForPatches -= jsonBytes(file.patch)
    files.push(file)
  }
  upload.close()
  files.push(...named)
  return { files, more: changes.length + unread.length - files.length }
}

async function withPatch(
  change: FileChange,
  patch: string | undefined,
  { room, upload }: { room: number; upload: (text: string) => ReturnType<BlobStore['put']> },
): Promise<FileChange> {
  if (patch === undefined || change.binary === true) return change
  const clean = patch.replaceAll('\0', '␀')
  if (clean.length <= inlinePatch && jsonBytes(clean) <= room) return { ...change, patch: clean }
  const blob = await upload(clean)
  return blob === undefined ? change : { ...change, blob }
}

/** Uploads one after the other; what is not stored `withinMs` from now is given up, so that a list never waits longer. */
function uploadUntil(
  blobs: BlobStore,
  withinMs: number,
): { put: (text: string) => ReturnType<BlobStore['put']>; close: () => void } {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), withinMs)
  return {
    put: (text) => Promise.race([blobs.put(Buffer.from(text)), late.promise]),
    close: () => clearTimeout(timer),
  }
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
