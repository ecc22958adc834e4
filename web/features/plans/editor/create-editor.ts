import { Editor } from '@tiptap/core'
import { BubbleMenu } from '@tiptap/extension-bubble-menu'
import { Collaboration } from '@tiptap/extension-collaboration'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import { DragHandle } from '@tiptap/extension-drag-handle'
import { TaskItem } from '@tiptap/extension-list'
import { Placeholder } from '@tiptap/extensions'
import { NodeSelection } from '@tiptap/pm/state'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { PlanMention, planExtensions, planField } from '#sync/core/plan/schema.ts'
import { planWords } from '../../../words/plan.ts'
import type { ShownImages } from './images/image-view.ts'
import { drawCaret, drawSelection, type Someone } from './parts/caret.ts'
import { CommentMarks } from './parts/comment-marks.ts'
import { CodeBlocks } from './parts/code-blocks.ts'
import { InlineViews } from './parts/inline-views.ts'
import { LeaveByEscape } from './parts/leave-by-escape.ts'
import { MarkdownClipboard, type OnFiles } from './parts/markdown-clipboard.ts'
import { MoveBlock } from './parts/move-block.ts'
import { NameParts } from './parts/name-parts.ts'
import { NearbyChanges } from './parts/nearby-changes.ts'
import { SectionSteps } from './parts/section-steps.ts'
import { StepRuns } from './parts/step-runs.ts'
import type { SuggestItem, createSuggest } from './suggest/suggest.ts'
import { Suggestions } from './suggest/suggestions.ts'

export type PlanEditorParts = {
  readonly element: HTMLElement
  readonly document: PlanDocument
  readonly me: Someone
  readonly editable: boolean
  readonly suggest: ReturnType<typeof createSuggest>
  readonly mentions: (query: string) => readonly SuggestItem[]
  readonly newId: () => string
  readonly onGo: (href: string) => void
  readonly onPath: (path: string) => void
  /** A picture is wanted: from this device, or by its address. */
  readonly onPicture: (from: 'device' | 'address') => void
  readonly images: ShownImages
  readonly onFiles: OnFiles
  /** A commented text was pressed; what is selected is to be commented. */
  readonly onThread: (thread: string) => void
  readonly onComment: () => void
  /** What hangs at marked text, at a table, and at a picture. */
  readonly marksBar: HTMLElement
  readonly tableBar: HTMLElement
  readonly imageBar: HTMLElement
  readonly handle: HTMLElement
}

/** A plan's text in an editor: what is written goes into the document, and with it to everybody else. Undo is each person's own. */
export function createPlanEditor(parts: PlanEditorParts): Editor {
  const { document, suggest } = parts
  return new Editor({
    element: parts.element,
    editable: parts.editable,
    // Its style would be refused by the app's policy; the sheet of the page has it.
    injectCSS: false,
    textDirection: 'auto',
    editorProps: {
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': planWords.text,
        spellcheck: 'true',
      },
      scrollThreshold: 64,
      scrollMargin: 96,
    },
    extensions: [
      ...planExtensions().filter(({ name }) => name !== PlanMention.name && name !== TaskItem.name),
      TaskItem.configure({
        nested: true,
        a11y: { checkboxLabel: (node) => planWords.step(node.firstChild?.textContent ?? '') },
      }),
      // What it suggests is below, with the rest.
      PlanMention.configure({ suggestion: { allow: () => false } }),
      Suggestions.configure({ suggest, onPicture: parts.onPicture, mentions: parts.mentions }),
      Collaboration.configure({ document: document.doc, field: planField }),
      NearbyChanges,
      CollaborationCaret.configure({
        provider: { awareness: document.awareness },
        user: parts.me,
        render: drawCaret,
        selectionRender: drawSelection,
      }),
      Placeholder.configure({
        placeholder: ({ node, pos }) =>
          node.type.name === 'heading' && pos === 0 ? planWords.titleHolder : planWords.holder,
        showOnlyCurrent: true,
      }),
      NameParts.configure({ newId: parts.newId }),
      SectionSteps,
      StepRuns.configure({ onGo: parts.onGo }),
      CommentMarks.configure({ onThread: parts.onThread, onComment: parts.onComment }),
      MoveBlock,
      LeaveByEscape,
      MarkdownClipboard.configure({ onFiles: parts.onFiles }),
      CodeBlocks,
      InlineViews.configure({
        onGo: parts.onGo,
        onPath: parts.onPath,
        images: parts.images,
        onDescribe: () => parts.imageBar.querySelector('input')?.focus(),
      }),
      BubbleMenu.configure({
        pluginKey: 'marks',
        element: parts.marksBar,
        updateDelay: 120,
        options: { placement: 'top', offset: 8, flip: true, shift: { padding: 8 } },
        shouldShow: ({ editor, state, element, view }) =>
          editor.isEditable &&
          !state.selection.empty &&
          !editor.isActive('codeBlock') &&
          !editor.isActive('image') &&
          (view.hasFocus() || element.contains(window.document.activeElement)),
      }),
      BubbleMenu.extend({ name: 'tableBar' }).configure({
        pluginKey: 'table',
        element: parts.tableBar,
        updateDelay: 120,
        options: { placement: 'bottom', offset: 8, flip: true, shift: { padding: 8 } },
        getReferencedVirtualElement: () => {
          const table = tableAt(parts.element)
          return table === undefined ? null : { getBoundingClientRect: () => table.getBoundingClientRect() }
        },
        shouldShow: ({ editor, element, view }) =>
          editor.isEditable &&
          editor.isActive('table') &&
          (view.hasFocus() || element.contains(window.document.activeElement)),
      }),
      BubbleMenu.extend({ name: 'imageBar' }).configure({
        pluginKey: 'image',
        element: parts.imageBar,
        updateDelay: 120,
        options: { placement: 'bottom', offset: 8, flip: true, shift: { padding: 8 } },
        shouldShow: ({ editor, element, state, view }) =>
          editor.isEditable &&
          state.selection instanceof NodeSelection &&
          state.selection.node.type.name === 'image' &&
          (view.hasFocus() || element.contains(window.document.activeElement)),
      }),
      DragHandle.configure({
        render: () => parts.handle,
        nested: true,
        computePositionConfig: { placement: 'left-start', strategy: 'absolute' },
      }),
    ],
  })
}

/** The table that the caret is in. */
function tableAt(root: HTMLElement): HTMLElement | undefined {
  const anchor = root.ownerDocument.getSelection()?.anchorNode
  const element = anchor instanceof HTMLElement ? anchor : anchor?.parentElement
  return element?.closest('table') ?? undefined
}
