import type { Editor } from '@tiptap/core'
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js'
import { z } from 'zod'
import { PlanAnchor, PlanComment, planCommentLimit, suggestionLimit } from '#shared/domain/plan-comment.ts'
import { isHandled, threadsOf, type PlanThread } from '#shared/domain/plan-threads.ts'
import { PlanVersion } from '#shared/domain/plan.ts'
import { canEditPlans } from '#shared/domain/policies.ts'
import type { PlanCommentId, PlanId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { useDeviceStore } from '../../../state/device-store.ts'
import { createDraft, draftKey, type Draft } from '../../../state/draft.ts'
import { createFedRows } from '../../../state/rows.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { editorPart } from '../editor-part.ts'

/** A comment that begins a thread, half written. */
const NewComment = z.object({
  text: z.string().max(planCommentLimit * 2),
  anchor: PlanAnchor.optional(),
  /** The very words that it is about, where others can be suggested for them. */
  words: z.string().max(suggestionLimit).optional(),
  /** What is suggested in their place. */
  suggested: z
    .string()
    .max(suggestionLimit * 2)
    .optional(),
})
type NewComment = z.infer<typeof NewComment>

export type Place = { readonly from: number; readonly to: number }

export type Comments = {
  readonly threads: Accessor<readonly PlanThread[]>
  readonly open: Accessor<readonly PlanThread[]>
  /** Open ones that nobody has seen to yet. */
  readonly inSight: Accessor<readonly PlanThread[]>
  readonly loaded: Accessor<boolean>
  /** `false`: this person may only read them. */
  readonly mayWrite: Accessor<boolean>
  /** Where a thread's text is; `undefined`: it is gone, or the text is not here to look. */
  readonly placeOf: (thread: PlanCommentId) => Place | undefined
  /** Whether places were looked for: without the text nothing is known to be gone. */
  readonly placed: Accessor<boolean>
  readonly active: Accessor<PlanCommentId | undefined>
  readonly setActive: (thread: PlanCommentId | undefined) => void
  /** The heading above a thread's text. */
  readonly sectionOf: (thread: PlanCommentId) => string | undefined
  readonly goTo: (thread: PlanCommentId) => void
  readonly draft: Draft<NewComment | undefined>
  /** Begins one about what is selected; without a selection, about the plan. */
  readonly begin: (about: 'selection' | 'plan') => void
}

/** The comments of the plan that is shown, and where in its text they stand. Needs an owner. */
export function useComments(planId: PlanId, editor: Accessor<Editor | undefined>): Comments {
  const workspace = useWorkspace()
  const data = useTeamData()
  const rows = createFedRows(workspace, keys.planCommentsOf(planId), PlanComment)
  const threads = createMemo(() => threadsOf(rows.all()))
  const open = createMemo(() => threads().filter(({ first }) => first.resolved === undefined))
  const versions = createFedRows(workspace, keys.planVersionsOf(planId), PlanVersion)
  const revisions = createMemo(() => {
    const byRun = new Map<RunId, number>()
    for (const { origin, runId, at } of versions.all())
      if (origin === 'agent' && runId !== undefined) byRun.set(runId, at)
    return byRun
  })
  const inSight = createMemo(() => open().filter((thread) => !isHandled(thread, (run) => revisions().get(run))))
  const [active, setActive] = createSignal<PlanCommentId>()
  const [places, setPlaces] = createSignal<ReadonlyMap<PlanCommentId, Place>>()
  const draft = createDraft<NewComment | undefined>({
    store: useDeviceStore(),
    key: draftKey(workspace, `plan-comment/${planId}`),
    initial: undefined,
    parse: (kept) => NewComment.safeParse(kept).data,
  })
  const code = () => editorPart.here()?.editorCode

  // A change of others puts in the text anew, so each is followed by a look, at most once a frame.
  createEffect(
    on([editor, open], ([known, shown]) => {
      if (known === undefined) return setPlaces(undefined)
      let frame: number | undefined
      const look = (): void => {
        frame = undefined
        const parts = code()
        if (known.isDestroyed || parts === undefined) return
        setPlaces(
          new Map(
            shown.flatMap(({ first }) => {
              const place = first.anchor === undefined ? undefined : parts.placeOf(known, first.anchor)
              return place === undefined ? [] : [[first.id, place] as const]
            }),
          ),
        )
      }
      const soon = (): void => {
        frame ??= requestAnimationFrame(look)
      }
      soon()
      known.on('update', soon)
      onCleanup(() => {
        known.off('update', soon)
        if (frame !== undefined) cancelAnimationFrame(frame)
      })
    }),
  )
  createEffect(() => {
    const [known, found, pressed] = [editor(), places(), active()]
    if (known === undefined || known.isDestroyed || found === undefined) return
    code()?.showComments(
      known,
      [...found].map(([thread, place]) => ({ ...place, thread, isActive: thread === pressed })),
    )
  })

  const placeOf = (thread: PlanCommentId): Place | undefined => places()?.get(thread)
  return {
    threads,
    open,
    inSight,
    loaded: rows.loaded,
    mayWrite: () => canEditPlans(data.me()?.role),
    placeOf,
    placed: () => places() !== undefined,
    active,
    setActive,
    sectionOf(thread) {
      const [known, place] = [editor(), placeOf(thread)]
      return known === undefined || place === undefined ? undefined : code()?.sectionAt(known, place)
    },
    goTo(thread) {
      setActive(thread)
      const [known, place] = [editor(), placeOf(thread)]
      if (known === undefined || place === undefined) return
      const { node } = known.view.domAtPos(place.from, 1)
      const element = node instanceof HTMLElement ? node : node.parentElement
      element?.scrollIntoView({ block: 'center' })
    },
    draft,
    begin(about) {
      const known = editor()
      const anchor = about === 'plan' || known === undefined ? undefined : code()?.anchorOf(known)
      // What was half written goes on, about what is selected now.
      const words = anchor === undefined || known === undefined ? undefined : code()?.wordsOf(known)
      draft.set({
        text: draft.value()?.text ?? '',
        ...(anchor === undefined ? {} : { anchor }),
        ...(words === undefined ? {} : { words }),
      })
    },
  }
}
