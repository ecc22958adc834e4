import { createMemo, createSignal, type Accessor } from 'solid-js'
import { z } from 'zod'
import { BlobHash, type RunId } from '#shared/ids.ts'
import { ObjectId, type FileChange } from '#shared/domain/transcript.ts'
import { createDraft, draftKey } from '../../../state/draft.ts'
import { useDeviceStore } from '../../../state/device-store.ts'
import { useWorkspace } from '../../../state/workspace.ts'

const filesLimit = 1_000

/** A content that was on this device's screen. `gone`: the file was deleted. */
const Seen = z.object({
  id: z.union([ObjectId, z.literal('gone')]),
  blob: BlobHash.optional(),
  viewed: z.boolean().optional(),
})
type Seen = z.infer<typeof Seen>
const SeenFiles = z.record(z.string().max(1000), Seen)

/** Which contents a person has looked at, on this device. */
export type SeenFiles = {
  readonly loaded: Accessor<boolean>
  /** Marked as viewed, and the same since. */
  readonly isViewed: (file: FileChange) => boolean
  readonly setViewed: (file: FileChange, viewed: boolean) => void
  /** It is on the screen now. */
  readonly look: (file: FileChange) => void
  /** What was seen of it before the changes were opened this time; `undefined`: nothing. */
  readonly before: (path: string) => Seen | undefined
  /** It has another content than when it was seen last, before the changes were opened this time. */
  readonly isNewer: (file: FileChange) => boolean
}

export function useSeenFiles(runId: RunId): SeenFiles {
  const none: Readonly<Record<string, Seen>> = {}
  const [atStart, setAtStart] = createSignal<Readonly<Record<string, Seen>>>(none)
  const draft = createDraft<Readonly<Record<string, Seen>>>({
    store: useDeviceStore(),
    key: draftKey(useWorkspace(), `review-seen/${runId}`),
    initial: none,
    parse: (kept) => {
      const read = SeenFiles.safeParse(kept).data
      if (read !== undefined) setAtStart(read)
      return read
    },
  })
  const known = createMemo(() => new Map(Object.entries(draft.value())))
  const note = (file: FileChange, viewed: boolean | undefined): void => {
    const { blob } = file.after ?? {}
    const next: Seen = {
      id: idOf(file),
      ...(blob === undefined ? {} : { blob }),
      ...(viewed === true ? { viewed } : {}),
    }
    const others = Object.entries(draft.value()).filter(([path]) => path !== file.path)
    draft.set(Object.fromEntries([...others.slice(-(filesLimit - 1)), [file.path, next]]))
  }
  const isViewed = (file: FileChange): boolean => {
    const seen = known().get(file.path)
    return seen?.viewed === true && seen.id === idOf(file)
  }
  return {
    loaded: draft.loaded,
    isViewed,
    setViewed: note,
    look(file) {
      if (draft.loaded() && known().get(file.path)?.id !== idOf(file)) note(file, undefined)
    },
    before: (path) => (Object.hasOwn(atStart(), path) ? atStart()[path] : undefined),
    isNewer: (file) => (Object.hasOwn(atStart(), file.path) ? atStart()[file.path]?.id : undefined) !== idOf(file),
  }
}

function idOf(file: FileChange): Seen['id'] {
  return file.after?.id ?? 'gone'
}
