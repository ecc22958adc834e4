import { Extension } from '@tiptap/core'
import { Fragment, Node, Slice, type Schema } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { parsePlan, writePlan } from '#sync/core/plan/markdown.ts'
import { planSchema } from '#sync/core/plan/schema.ts'

/** Files that were put in are no text. `at`: where they were dropped; else where the caret is. */
export type OnFiles = (files: readonly File[], at?: number) => void

/** Plain text is read as Markdown, and what is copied goes out as Markdown beside its HTML. Pasted as text (with Shift) it stays text. */
export const MarkdownClipboard = Extension.create<{ onFiles: OnFiles }>({
  name: 'markdownClipboard',
  addOptions: () => ({ onFiles: () => undefined }),
  addProseMirrorPlugins() {
    const { onFiles } = this.options
    return [
      new Plugin({
        props: {
          clipboardTextParser: (text, _context, plain, view) =>
            plain ? asText(text, view.state.schema) : asMarkdown(text, view.state.schema),
          handlePaste(_view, event) {
            const data = event.clipboardData
            if (data === null || data.files.length === 0 || data.types.includes('text/plain')) return false
            onFiles([...data.files])
            return true
          },
          // Left to the browser, a file that is dropped here is opened in the place of the app.
          handleDrop(view, event) {
            const files = [...(event.dataTransfer?.files ?? [])]
            const [file] = files
            if (file === undefined) return false
            const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos
            if (at === undefined || !isMarkdown(file)) onFiles(files, at)
            else void putIn(view, file, at).catch(() => onFiles(files, at))
            return true
          },
          transformPasted: (slice, view, plain) =>
            plain && view.state.selection.$from.parent.content.size > 0 ? besideText(slice) : slice,
          clipboardTextSerializer: (slice) => toMarkdown(slice),
        },
      }),
    ]
  },
})

/** Files above this are not read into a text that somebody is writing. */
const mostBytes = 200_000

function isMarkdown(file: File): boolean {
  return /\.(?:md|markdown|txt)$/i.test(file.name) && file.size <= mostBytes
}

async function putIn(view: EditorView, file: File, at: number): Promise<void> {
  const { content } = readMarkdown(await file.text(), view.state.schema)
  // The text may have gone on while the file was read.
  if (!view.isDestroyed) view.dispatch(view.state.tr.insert(Math.min(at, view.state.doc.content.size), content))
}

/** The document of a Markdown text in `schema`, whose nodes do not mix with another's. */
export function readMarkdown(markdown: string, schema: Schema): Node {
  return Node.fromJSON(schema, parsePlan(markdown).toJSON())
}

function asMarkdown(text: string, schema: Schema): Slice {
  try {
    return Slice.maxOpen(readMarkdown(text, schema).content)
  } catch {
    return asText(text, schema)
  }
}

/** Paragraphs join the text around them. Headings, lists and the like stay whole beside it: ProseMirror would join them too. */
function besideText(slice: Slice): Slice {
  const { content } = slice
  const depth = (block: Node | null, open: number): number => (block?.type.name === 'paragraph' ? open : 0)
  return new Slice(content, depth(content.firstChild, slice.openStart), depth(content.lastChild, slice.openEnd))
}

/** Lines as paragraphs, without reading anything into them. */
function asText(text: string, schema: Schema): Slice {
  const paragraphs = text
    .split(/(?:\r\n?|\n)+/)
    .map((line) => schema.node('paragraph', null, line === '' ? [] : [schema.text(line)]))
  return Slice.maxOpen(Fragment.fromArray(paragraphs))
}

function toMarkdown(slice: Slice): string {
  try {
    const schema = planSchema()
    const content = Fragment.fromJSON(schema, slice.content.toJSON())
    const first = content.firstChild
    // A piece of a line has no block around it; the only block that it was cut from is no part of what was copied.
    const inner =
      first !== null && content.childCount === 1 && first.isTextblock && slice.openStart > 0 ? first.content : content
    const blocks = inner.firstChild?.isInline === true ? Fragment.from(schema.node('paragraph', null, inner)) : inner
    return writePlan(schema.topNodeType.create(null, blocks)).trimEnd()
  } catch {
    // Rows of a table, items of a list: what can stand in no document by itself.
    return slice.content.textBetween(0, slice.content.size, '\n\n', '\n')
  }
}
