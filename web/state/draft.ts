import { createSignal, onCleanup, type Accessor } from 'solid-js'
import { z } from 'zod'
import { Attachments, type Attachment } from '#shared/domain/attachment.ts'
import { promptLimit } from '#shared/domain/prompt.ts'
import { PromptId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { useDeviceStore, type DeviceStore } from './device-store.ts'
import { useIds } from './platform.ts'
import { useWorkspace } from './workspace.ts'

/** Something half written that survives a reload: kept as it is typed. */
export type Draft<T> = {
  readonly value: Accessor<T>
  /** `false` until what was kept is back. */
  readonly loaded: Accessor<boolean>
  /** The device did not take the last change: it lives as long as the page. */
  readonly lost: Accessor<boolean>
  readonly set: (value: T) => void
  /** Whether everything up to now is on the device. */
  readonly kept: () => Promise<boolean>
  /** Once it is durable elsewhere. Resolves when the device has let go of it. */
  readonly clear: () => Promise<void>
}

/**
 * Each change is written at once; while one write is on its way the newest waits, so that at most two are held.
 * What is kept but no longer reads as `parse` wants is dropped. Needs an owner.
 */
export function createDraft<T>(deps: {
  readonly store: DeviceStore
  readonly key: string
  readonly initial: T
  readonly parse: (kept: unknown) => T | undefined | Promise<T | undefined>
}): Draft<T> {
  const [value, setValue] = createSignal<T>(deps.initial)
  const [loaded, setLoaded] = createSignal(false)
  const [lost, setLost] = createSignal(false)
  let touched = false
  let writing: Promise<void> | undefined
  let next: { readonly value: T } | undefined
  let gone = false
  onCleanup(() => {
    gone = true
  })

  const write = async (): Promise<void> => {
    while (next !== undefined) {
      const taken = next.value
      next = undefined
      const isEmpty = taken === deps.initial
      const done = isEmpty ? deps.store.del(deps.key) : deps.store.set(deps.key, taken)
      await done.then(
        () => setLost(false),
        () => setLost(!isEmpty),
      )
    }
    writing = undefined
  }

  void deps.store
    .get(deps.key)
    .then(async (kept) => {
      const read = kept === undefined ? undefined : await deps.parse(kept)
      if (kept !== undefined && read === undefined && !touched) await deps.store.del(deps.key)
      return read
    })
    .catch(() => undefined)
    .then((kept) => {
      if (gone) return
      if (kept !== undefined && !touched) setValue(() => kept)
      setLoaded(true)
    })

  return {
    value,
    loaded,
    lost,
    set(changed) {
      touched = true
      setValue(() => changed)
      next = { value: changed }
      writing ??= write()
    },
    async kept() {
      await writing
      return !lost()
    },
    async clear() {
      touched = true
      next = undefined
      await writing
      setValue(() => deps.initial)
      setLost(false)
      await deps.store.del(deps.key).catch(() => undefined)
    },
  }
}

/** Of what a person writes: theirs alone, whoever else signs in on this device. */
export function draftKey(workspace: Pick<Workspace, 'userId'>, name: string): string {
  return `draft/${workspace.userId}/${name}`
}

const DraftText = z.string().max(promptLimit * 2)

/** A text half written. It survives reload, kill and signing in again, and is shown to nobody else. */
export function useTextDraft(name: string): Draft<string> {
  return createDraft({
    store: useDeviceStore(),
    key: draftKey(useWorkspace(), name),
    initial: '',
    parse: (kept) => DraftText.safeParse(kept).data,
  })
}

const MessageDraft = z.object({ text: DraftText, promptId: PromptId, attachments: Attachments.default([]) })

/** A message half written, under the id that it will be sent by. */
export type MessageDraft = Omit<Draft<string>, 'value'> & {
  readonly text: Accessor<string>
  readonly promptId: () => PromptId
  /** Files that go with it; their bytes are kept on the device too. */
  readonly attachments: () => readonly Attachment[]
  readonly attach: (attachments: readonly Attachment[]) => void
  /** What is left is another message. */
  readonly startAnew: (text: string, attachments?: readonly Attachment[]) => void
}

/**
 * The message is known by its id from the first letter on, so that one that was sent just before the app was killed does not
 * stand here again, as if it still had to be.
 */
export function useMessageDraft(name: string): MessageDraft {
  const workspace = useWorkspace()
  const ids = useIds()
  const empty: z.infer<typeof MessageDraft> = { text: '', promptId: ids.promptId(), attachments: [] }
  const draft = createDraft({
    store: useDeviceStore(),
    key: draftKey(workspace, name),
    initial: empty,
    async parse(kept) {
      const read = MessageDraft.safeParse(kept).data
      if (read === undefined) return undefined
      return (await wasDone(workspace, 'sendPrompt', { promptId: read.promptId })) ? undefined : read
    },
  })
  const startAnew = (text: string, attachments: readonly Attachment[] = []): void =>
    draft.set(
      text === '' && attachments.length === 0
        ? empty
        : { text, promptId: ids.promptId(), attachments: [...attachments] },
    )
  const change = (text: string, attachments: readonly Attachment[]): void => {
    const isEmpty = text === '' && attachments.length === 0
    if (isEmpty || draft.value() === empty) startAnew(text, attachments)
    else draft.set({ ...draft.value(), text, attachments: [...attachments] })
  }
  return {
    ...draft,
    text: () => draft.value().text,
    promptId: () => draft.value().promptId,
    attachments: () => draft.value().attachments,
    startAnew,
    set: (text) => change(text, draft.value().attachments),
    attach: (attachments) => change(draft.value().text, attachments),
  }
}

/** Whether something by this name and with these arguments was done on this device, whatever became of it. */
export async function wasDone(
  workspace: Pick<Workspace, 'subscribeIntents'>,
  name: string,
  by: Readonly<Record<string, string>>,
): Promise<boolean> {
  const intents = await new Promise<Parameters<Parameters<Workspace['subscribeIntents']>[0]>[0]>((resolve) => {
    const stop = workspace.subscribeIntents((all) => {
      resolve(all)
      queueMicrotask(() => stop())
    })
  })
  return intents.some(
    (intent) =>
      intent.name === name &&
      Object.entries(by).every(([field, value]) => Reflect.get(Object(intent.args), field) === value),
  )
}
