import { createPart } from '../../ui/part.ts'

/** The editor: larger than all the rest of these pages, so it comes by itself. */
export const editorPart = createPart(() => import('./editor/editor-code.ts'))

/** Versions and their comparison, for whoever opens them. */
export const historyPart = createPart(() => import('./history/plan-history.tsx'))
