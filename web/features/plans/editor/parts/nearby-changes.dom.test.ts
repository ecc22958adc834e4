import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { Fragment, type Node, type ResolvedPos } from '@tiptap/pm/model'
import { TextSelection } from '@tiptap/pm/state'
import { ProsemirrorBinding, ySyncPluginKey, yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { writeBody } from '#sync/core/plan/body.ts'
import { parsePlan } from '#sync/core/plan/markdown.ts'
import { planExtensions, planField } from '#sync/core/plan/schema.ts'
import { NearbyChanges } from './nearby-changes.ts'

const closers: (() => void)[] = []
beforeEach(() => {
  // Nothing is laid out here, and an editor asks where its caret is.
  Range.prototype.getClientRects = () => Object.assign([], { item: () => null })
  Range.prototype.getBoundingClientRect = () => new DOMRect()
})
afterEach(() => {
  for (const close of closers.splice(0)) close()
  document.body.replaceChildren()
})

function edit(doc: Y.Doc): Editor {
  const editor = new Editor({
    element: document.body.appendChild(document.createElement('div')),
    extensions: [...planExtensions(), Collaboration.configure({ document: doc, field: planField }), NearbyChanges],
  })
  closers.push(() => editor.destroy())
  return editor
}

/** Two people in one plan: what the one has written reaches the other when `exchange` is called. */
function two(markdown: string): { mine: Editor; theirs: Editor; doc: Y.Doc; theirDoc: Y.Doc; exchange: () => void } {
  const [a, b] = [new Y.Doc(), new Y.Doc()]
  writeBody(a, parsePlan(markdown), 'test')
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a))
  const [mine, theirs] = [edit(a), edit(b)]
  const pass = (from: Y.Doc, to: Y.Doc): void => Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)))
  return {
    mine,
    theirs,
    doc: a,
    theirDoc: b,
    exchange() {
      pass(a, b)
      pass(b, a)
    },
  }
}

/** What the editor shows is what the document has, and so is all that its binding remembers of it. */
function expectTrue(editor: Editor, doc: Y.Doc): void {
  const fragment = doc.getXmlFragment(planField)
  const fresh = yXmlFragmentToProseMirrorRootNode(fragment, editor.schema)
  // A document without anything is shown as one that can be written.
  const shown = fresh.childCount === 0 ? fresh.copy(Fragment.from(editor.schema.node('paragraph'))) : fresh
  expect(editor.state.doc.toJSON()).toEqual(shown.toJSON())
  const { binding }: { binding: unknown } = ySyncPluginKey.getState(editor.state)
  if (!(binding instanceof ProsemirrorBinding)) throw new Error('no binding')
  fragment.forEach((type, index) => {
    const known = binding.mapping.get(type)
    if (known !== undefined && !Array.isArray(known)) expect(known.eq(fresh.child(index))).toBe(true)
  })
}

const long = Array.from({ length: 30 }, (_, n) => `Paragraph ${n}`).join('\n\n')

describe('a change of somebody else', () => {
  test('leaves the blocks that they did not touch as they are, on the screen too', () => {
    const { mine, theirs, exchange } = two(long)
    const before = mine.state.doc
    const drawn = [...mine.view.dom.children]
    theirs.view.dispatch(theirs.state.tr.insertText('new ', 1))
    exchange()
    expect(mine.state.doc.child(0).textContent).toBe('new Paragraph 0')
    for (let n = 1; n < 30; n++) expect(mine.state.doc.child(n)).toBe(before.child(n))
    expect([...mine.view.dom.children]).toEqual(drawn)
  })

  test('moves what lies behind it, and no caret', () => {
    const { mine, theirs, exchange } = two(long)
    const at = mine.state.doc.content.size - 3
    mine.commands.setTextSelection(at)
    theirs.view.dispatch(theirs.state.tr.insertText('new ', 1))
    exchange()
    expect(mine.state.selection.from).toBe(at + 4)
  })

  test('of a block that moved leaves every caret at its letters', () => {
    const { mine, theirs, exchange } = two('One\n\nTwo\n\nThree')
    mine.commands.setTextSelection(12)
    expect(mine.state.selection.$from.parent.textContent).toBe('Three')
    const first = theirs.state.doc.child(0)
    theirs.view.dispatch(theirs.state.tr.delete(0, first.nodeSize).insert(theirs.state.doc.child(1).nodeSize, first))
    exchange()
    expect(mine.getText()).toBe('Two\n\nOne\n\nThree')
    expect(mine.state.selection.$from.parent.textContent).toBe('Three')
  })
})

const start = '# Title\n\nOne\n\n- [ ] a\n- [ ] b\n\nTwo'
type Act = {
  readonly kind: (typeof kinds)[number]
  readonly at: number
  readonly to: number
}
const kinds = [
  'write',
  'write',
  'cut',
  'split',
  'heading',
  'list',
  'tasks',
  'quote',
  'move',
  'undo',
  'redo',
  'exchange',
  'exchange',
] as const
const acts: fc.Arbitrary<Act & { readonly by: 'mine' | 'theirs' }> = fc.record({
  by: fc.constantFrom('mine', 'theirs'),
  kind: fc.constantFrom(...kinds),
  at: fc.nat(1000),
  to: fc.nat(1000),
})

function act(editor: Editor, { kind, at, to }: Act): void {
  const { doc } = editor.state
  const place = (n: number): ResolvedPos => doc.resolve(n % (doc.content.size + 1))
  const [from, end] = [place(at), kind === 'cut' ? place(to) : place(at)]
  editor.view.dispatch(editor.state.tr.setSelection(TextSelection.between(from, end)))
  if (kind === 'write') editor.view.dispatch(editor.state.tr.insertText('ab'))
  if (kind === 'cut') editor.commands.deleteSelection()
  if (kind === 'split') editor.commands.splitBlock()
  if (kind === 'heading') editor.commands.toggleNode('heading', 'paragraph', { level: 2 })
  if (kind === 'list') editor.commands.toggleBulletList()
  if (kind === 'tasks') editor.commands.toggleTaskList()
  if (kind === 'quote') editor.commands.toggleWrap('blockquote')
  if (kind === 'undo') editor.commands.undo()
  if (kind === 'redo') editor.commands.redo()
  if (kind === 'move') move(editor, at % doc.childCount, to % doc.childCount)
}

function move(editor: Editor, from: number, to: number): void {
  const { doc, tr } = editor.state
  const before = (n: number, all: Node): number =>
    all.children.slice(0, n).reduce((sum, { nodeSize }) => sum + nodeSize, 0)
  const block = doc.child(from)
  if (doc.childCount === 1) return
  tr.delete(before(from, doc), before(from, doc) + block.nodeSize)
  tr.insert(before(Math.min(to, tr.doc.childCount), tr.doc), block)
  editor.view.dispatch(tr)
}

describe('two who write at once', () => {
  test('both see all of it where y-tiptap loses a caret beyond the end', () => {
    const { mine, theirs, doc, exchange } = two(start)
    act(theirs, { kind: 'write', at: 437, to: 0 })
    act(mine, { kind: 'cut', at: 450, to: 470 })
    act(theirs, { kind: 'cut', at: 324, to: 0 })
    act(theirs, { kind: 'heading', at: 366, to: 0 })
    exchange()
    expectTrue(mine, doc)
    expect(mine.getText()).toBe(theirs.getText())
  })

  test('see what the document has after each exchange, whatever they did', () => {
    fc.assert(
      fc.property(fc.array(acts, { maxLength: 25 }), (all) => {
        const { mine, theirs, doc, theirDoc, exchange } = two(start)
        for (const one of all) {
          if (one.kind === 'exchange') {
            exchange()
            expectTrue(mine, doc)
          } else act(one.by === 'mine' ? mine : theirs, one)
        }
        exchange()
        exchange()
        expectTrue(mine, doc)
        expectTrue(theirs, theirDoc)
        expect(theirs.state.doc.toJSON()).toEqual(mine.state.doc.toJSON())
        mine.destroy()
        theirs.destroy()
      }),
      { numRuns: 60 },
    )
  })
})
