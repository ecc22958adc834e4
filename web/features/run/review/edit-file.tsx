import { Match, Show, Switch, createMemo, createSignal } from 'solid-js'
import { z } from 'zod'
import { keptTextBytes, ObjectId, type FileChange } from '#shared/domain/transcript.ts'
import { createDraft, draftKey } from '../../../state/draft.ts'
import { useDeviceStore } from '../../../state/device-store.ts'
import { isKey } from '../../../state/keyboard.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Button } from '../../../ui/button.tsx'
import { reviewWords } from '../../../words/review.ts'
import { uiWords } from '../../../words/ui.ts'
import { createLoad, loaded } from '../load.ts'
import { useScene } from '../scene.ts'
import { useReviewScene } from './context.ts'
import styles from './edit-file.module.css'

/** What is typed, and over which content. */
const Edit = z.object({ base: ObjectId, text: z.string().max(keptTextBytes * 2) })
type Edit = z.infer<typeof Edit>
const nothing: Edit = { base: '0'.repeat(40), text: '' }

/** The new side of a text file, to be changed by hand. What is typed stays on the device until it is saved or dropped. */
export function EditFile(props: { readonly file: FileChange; readonly onClose: () => void }) {
  const scene = useScene()
  const { review } = useReviewScene()
  // The pane is made anew for another file.
  // oxlint-disable-next-line solid/reactivity
  const { path } = props.file
  const draft = createDraft<Edit>({
    store: useDeviceStore(),
    key: draftKey(useWorkspace(), `review-file/${scene.runId}/${path}`),
    initial: nothing,
    parse: (kept) => Edit.safeParse(kept).data,
  })
  const text = createLoad(() => props.file.after?.blob, scene.blobs.text)
  const [saving, setSaving] = createSignal(false)
  const present = createMemo(() => {
    const state = text.state()
    return state.type === 'ready' ? { text: state.value, id: props.file.after?.id } : undefined
  })
  const hasDraft = (): boolean => draft.value() !== nothing
  const isMixed = (): boolean => lineEnd(present()?.text ?? '') === undefined
  const isConflict = (): boolean => hasDraft() && present() !== undefined && draft.value().base !== present()?.id
  const shown = (): string => (hasDraft() ? draft.value().text : (present()?.text ?? '').replaceAll('\r\n', '\n'))
  const tooLong = (): boolean => shown().length > keptTextBytes
  const type = (value: string): void => {
    const base = hasDraft() ? draft.value().base : present()?.id
    if (base !== undefined) draft.set({ base, text: value })
  }
  const drop = (): void => {
    void draft.clear()
    props.onClose()
  }
  const save = async (): Promise<void> => {
    const now = present()
    if (saving() || !hasDraft() || isConflict() || tooLong() || now === undefined) return
    const { base, text: typed } = draft.value()
    setSaving(true)
    const end = lineEnd(now.text) ?? '\n'
    const done = await review.change([
      { kind: 'write', path, after: base, text: end === '\n' ? typed : typed.replaceAll('\n', end) },
    ])
    setSaving(false)
    if (done) drop()
  }
  return (
    <form
      class={styles.edit}
      aria-label={reviewWords.editing(path)}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
      onKeyDown={(event) => {
        if (isKey(event, 'Mod+Enter')) {
          event.preventDefault()
          event.stopPropagation()
          void save()
        } else if (isKey(event, 'Escape')) {
          event.preventDefault()
          event.stopPropagation()
          // What was typed stays on the device.
          props.onClose()
        }
      }}
    >
      <Switch
        fallback={
          <p class={styles.note} role="status">
            {reviewWords.editLoading}
          </p>
        }
      >
        <Match when={text.state().type === 'failed' || props.file.after?.blob === undefined}>
          <p class={styles.note} role="status">
            {reviewWords.editMissing}
          </p>
        </Match>
        <Match when={loaded(text.state()) !== undefined && isMixed()}>
          <p class={styles.note}>{reviewWords.editMixed}</p>
        </Match>
        <Match when={present() !== undefined && draft.loaded()}>
          <Show when={isConflict()}>
            <div class={styles.conflict} role="alert">
              <p>{reviewWords.conflict}</p>
              <b>{reviewWords.conflictTheirs}</b>
              <pre class={styles.theirs} tabindex="0">
                {present()?.text}
              </pre>
              <span class={styles.acts}>
                <Button size="sm" onClick={() => void draft.clear()}>
                  {reviewWords.conflictDrop}
                </Button>
                <Button
                  size="sm"
                  onClick={() => draft.set({ base: present()?.id ?? nothing.base, text: draft.value().text })}
                >
                  {reviewWords.conflictKeep}
                </Button>
              </span>
              <b>{reviewWords.conflictMine}</b>
            </div>
          </Show>
          <textarea
            // It is there once the text is.
            ref={(element) => requestAnimationFrame(() => element.isConnected && element.focus())}
            class={styles.area}
            aria-label={reviewWords.editArea(path)}
            spellcheck={false}
            autocapitalize="off"
            autocomplete="off"
            value={shown()}
            onInput={(event) => type(event.currentTarget.value)}
          />
        </Match>
      </Switch>
      <Show when={draft.lost()}>
        <p class={styles.note} role="status">
          {uiWords.draftNotKept}
        </p>
      </Show>
      <Show when={tooLong()}>
        <p class={styles.note} role="alert">
          {reviewWords.editTooLong}
        </p>
      </Show>
      <span class={styles.acts}>
        <Button size="sm" tone="ghost" onClick={drop}>
          {hasDraft() ? reviewWords.discard : reviewWords.cancel}
        </Button>
        <Button
          size="sm"
          tone="ink"
          disabled={!hasDraft() || isConflict() || tooLong()}
          aria-busy={saving()}
          type="submit"
        >
          {reviewWords.editSave}
        </Button>
      </span>
    </form>
  )
}

/** How its lines end; `undefined`: in more than one way. A text field knows only one. */
function lineEnd(text: string): '\n' | '\r\n' | undefined {
  const all = text.match(/\r\n|\n|\r/g) ?? []
  if (all.every((end) => end === '\n')) return '\n'
  return all.every((end) => end === '\r\n') ? '\r\n' : undefined
}
