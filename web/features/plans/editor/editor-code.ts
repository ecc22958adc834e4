import { anchorOf, placeOf, sectionAt, wordsOf } from './anchors.ts'
import { showComments } from './parts/comment-marks.ts'
import { beginPlan, fits } from './fits.ts'
import { readParts } from '../execute/read-parts.ts'
import { stepRunsOf } from '../execute/step-runs.ts'
import { EditorPane } from './editor-pane.tsx'

/** What an open plan needs of the editor, in one piece. */
export const editorCode = {
  EditorPane,
  anchorOf,
  beginPlan,
  fits,
  placeOf,
  readParts,
  sectionAt,
  showComments,
  stepRunsOf,
  wordsOf,
} as const
