import type { Editor } from '@tiptap/core'
import type * as Y from 'yjs'
import { nameParts } from '#sync/core/plan/names.ts'
import { stepsIn, type PlanStep } from '#sync/core/plan/scope.ts'
import { readPlan, type Reading } from '../editor/reading.ts'

export type PlanParts = { readonly reading: Reading; readonly steps: readonly PlanStep[] }

/** What can be chosen of a plan, each with a name: by that a run says what it is about. A text that was brought in has none yet. */
export function readParts(editor: Editor, doc: Y.Doc, newId: () => string): PlanParts {
  nameParts(doc, newId)
  return { reading: readPlan(editor.state.doc), steps: stepsIn([editor.state.doc]) }
}
