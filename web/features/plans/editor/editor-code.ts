import { beginPlan, fits } from './fits.ts'
import { EditorPane } from './editor-pane.tsx'

/** What an open plan needs of the editor, in one piece. */
export const editorCode = { EditorPane, beginPlan, fits } as const
