import { createSignal, onCleanup, type Accessor } from 'solid-js'
import { overfull, type Attachment } from '#shared/domain/attachment.ts'
import type { BlobHash } from '#shared/ids.ts'
import type { UnsentAttachment } from '#sync/client/attachments/device-attachments.ts'
import { attachmentWords } from '../words/attachments.ts'
import { useDeviceStore } from './device-store.ts'
import { useWorkspace } from './workspace.ts'

export type Attaching = {
  /** Files are being made ready. */
  readonly busy: Accessor<boolean>
  readonly add: (files: readonly File[]) => Promise<void>
  readonly remove: (attachment: Attachment) => void
}

/** Attaches files to what is being written: each stands there once it is on this device's disk. */
export function useAttaching(message: {
  readonly attachments: () => readonly Attachment[]
  readonly set: (attachments: readonly Attachment[]) => void
  /** Pictures of the conversation without these. */
  readonly inRun: () => number
  readonly onProblem: (text: string | undefined) => void
}): Attaching {
  const workspace = useWorkspace()
  const store = useDeviceStore()
  const [busy, setBusy] = createSignal(false)
  const words = attachmentWords

  const addOne = async (file: File): Promise<string | undefined> => {
    const { prepareAttachment } = await import('./prepare-attachment.ts')
    const prepared = await prepareAttachment(file)
    if (typeof prepared === 'string') return words.unfit[prepared](file.name)
    const { content, about } = prepared
    const blob = await workspace.keepAttachment(content).catch(() => undefined)
    if (blob === undefined) return words.unfit.not_kept(file.name)
    const next = [...message.attachments(), { blob, ...about }]
    const full = overfull(next, message.inRun())
    if (full !== undefined) return words.overfull[full]
    message.set(next)
    return undefined
  }

  return {
    busy,
    async add(files) {
      if (files.length === 0 || busy()) return
      setBusy(true)
      message.onProblem(undefined)
      // What was left lying makes room first; it holds nothing up.
      await import('./unnamed-attachments.ts')
        .then(({ forgetUnnamedAttachments }) => forgetUnnamedAttachments(workspace, store))
        .catch(() => undefined)
      try {
        for (const file of files) {
          const problem = await addOne(file).catch(() => words.unfit.unreadable(file.name))
          if (problem === undefined) continue
          message.onProblem(problem)
          if (Object.values<string>(words.overfull).includes(problem)) return
        }
      } finally {
        setBusy(false)
      }
    },
    remove: ({ blob }) => message.set(message.attachments().filter((one) => one.blob !== blob)),
  }
}

/** Files of messages sent here that the server does not have, by their hash. */
export function useUnsentAttachments(): Accessor<ReadonlyMap<BlobHash, UnsentAttachment>> {
  const [unsent, setUnsent] = createSignal<ReadonlyMap<BlobHash, UnsentAttachment>>(new Map())
  onCleanup(
    useWorkspace().subscribeUnsentAttachments((all) => setUnsent(new Map(all.map((one) => [one.blob, one] as const)))),
  )
  return unsent
}

/** The files of a paste or drop. */
export function filesOf(data: DataTransfer | null): readonly File[] {
  return [...(data?.files ?? [])]
}
