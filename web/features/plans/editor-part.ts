import { createPart } from '../../ui/part.ts'

/** The editor: larger than all the rest of these pages, so it comes by itself. */
export const editorPart = createPart(() => import('./editor/editor-code.ts'))

/** Who thinks what of a plan, for whoever opens it. */
export const reviewPart = createPart(() => import('./review/review-dialog.tsx'))

/** Versions and their comparison, for whoever opens them. */
export const historyPart = createPart(() => import('./history/plan-history.tsx'))
