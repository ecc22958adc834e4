import type { Editor } from '@tiptap/core'
import '@tiptap/extension-collaboration'
import '@tiptap/extension-list'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { PlanId, uuidv7 } from '#shared/ids.ts'
import { createMemoryImages } from '#sync/client/images/memory-images.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { readBody, writeBody } from '#sync/core/plan/body.ts'
import { parsePlan, writePlan } from '#sync/core/plan/markdown.ts'
import { planField } from '#sync/core/plan/schema.ts'
import { anchorOf, placeOf } from './anchors.ts'
import { drawCaret } from './parts/caret.ts'
import { createPlanEditor } from './create-editor.ts'
import { hitsIn } from './find-in-plan.ts'
import { beginPlan, fits } from './fits.ts'
import { moveBlock } from './parts/move-block.ts'
import { createSuggest } from './suggest/suggest.ts'

const closers: (() => void)[] = []
let ids = 0
/** Where mentions led. */
let went: string[] = []
beforeEach(() => {
  ids = 0
  went = []
  // Nothing is laid out here, and an editor asks where its caret is.
  Range.prototype.getClientRects = () => Object.assign([], { item: () => null })
  Range.prototype.getBoundingClientRect = () => new DOMRect()
})
afterEach(() => {
  for (const close of closers.splice(0)) close()
  document.body.replaceChildren()
})

/** An editor on `doc`, whose parts are named `a1`, `a2`, … by `name`. */
function edit(doc: Y.Doc, name = 'a'): Editor {
  const awareness = new Awareness(doc)
  const element = document.body.appendChild(document.createElement('div'))
  const piece = () => document.createElement('div')
  const editor = createPlanEditor({
    element,
    document: { planId: PlanId.parse(uuidv7(1, new Uint8Array(10))), doc, awareness } as unknown as PlanDocument,
    me: { name: 'Mara', hue: 1, color: '#7a4fc9' },
    editable: true,
    suggest: createSuggest(),
    mentions: () => [],
    newId: () => `${name}${++ids}`,
    onGo: (href) => went.push(href),
    onPath: (path) => went.push(path),
    onThread: () => undefined,
    onComment: () => undefined,
    onPicture: () => undefined,
    onFiles: () => undefined,
    images: createMemoryImages({ now: () => 1 }),
    imageBar: piece(),
    marksBar: piece(),
    tableBar: piece(),
    handle: piece(),
  })
  closers.push(() => {
    editor.destroy()
    awareness.destroy()
  })
  return editor
}
function docOf(markdown: string): Y.Doc {
  const doc = new Y.Doc()
  writeBody(doc, parsePlan(markdown), 'test')
  return doc
}
/** What one writes, the other has, as through a room. */
function join(a: Y.Doc, b: Y.Doc): void {
  const pass = (from: Y.Doc, to: Y.Doc) =>
    from.on('update', (update: Uint8Array, origin: unknown) => origin !== to && Y.applyUpdate(to, update, from))
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a))
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b))
  pass(a, b)
  pass(b, a)
}
const markdown = (doc: Y.Doc) => writePlan(readBody(doc)).trimEnd()
/** The names of sections and steps, in order. */
function names(editor: Editor): readonly unknown[] {
  const found: unknown[] = []
  editor.state.doc.descendants((node) => {
    if (node.type.name === 'heading' || node.type.name === 'taskItem') found.push(node.attrs['id'])
  })
  return found
}
/** Puts the caret behind the first place where `text` stands. */
function caretAfter(editor: Editor, text: string): void {
  const [hit] = hitsIn(editor.state.doc, text.toLowerCase())
  if (hit === undefined) throw new Error(`no ${text}`)
  editor.commands.setTextSelection(hit.to)
}
/** Types, as keys would: what is put in as content is read as HTML, which drops spaces. */
function write(editor: Editor, text: string): void {
  editor.view.dispatch(editor.state.tr.insertText(text))
}
function paste(editor: Editor, text: string, html?: string): void {
  const data = new Map([['text/plain', text], ...(html === undefined ? [] : [['text/html', html] as const])])
  const event = new Event('paste', { bubbles: true, cancelable: true })
  Object.assign(event, {
    clipboardData: { getData: (type: string) => data.get(type) ?? '', types: [...data.keys()], files: [], items: [] },
  })
  editor.view.dom.dispatchEvent(event)
}

describe('names of sections and steps', () => {
  test('are given once to what is written here, and again to what is split off', () => {
    const editor = edit(docOf('Text'))
    caretAfter(editor, 'Text')
    editor.commands.setNode('heading', { level: 2 })
    expect(names(editor)).toEqual(['a1'])
    write(editor, ' more')
    editor.commands.splitBlock()
    editor.commands.setNode('heading', { level: 2 })
    expect(names(editor)).toEqual(['a1', 'a2'])
    write(editor, '!')
    expect(names(editor)).toEqual(['a1', 'a2'])
  })

  test('each step of a list has its own', () => {
    const editor = edit(docOf('One'))
    caretAfter(editor, 'One')
    editor.commands.toggleTaskList()
    editor.commands.splitListItem('taskItem')
    editor.commands.insertContent('Two')
    expect(names(editor)).toEqual(['a1', 'a2'])
  })

  test('what somebody else writes is named by them alone, on both screens', () => {
    const [a, b] = [docOf('Text'), new Y.Doc()]
    join(a, b)
    const [mine, theirs] = [edit(a, 'mine'), edit(b, 'theirs')]
    caretAfter(theirs, 'Text')
    theirs.commands.setNode('heading', { level: 2 })
    expect(names(theirs)).toEqual(['theirs1'])
    expect(names(mine)).toEqual(['theirs1'])
    expect(ids).toBe(1)
  })

  test('a copy has another name, and what is moved keeps its own', () => {
    const editor = edit(docOf('Before\n\nAfter'))
    caretAfter(editor, 'Before')
    editor.commands.setNode('heading', { level: 2 })
    const heading = editor.state.doc.firstChild
    if (heading === null) throw new Error('no heading')
    editor.view.dispatch(editor.state.tr.insert(editor.state.doc.content.size, heading))
    expect(names(editor)).toEqual(['a1', 'a2'])
    caretAfter(editor, 'Before')
    expect(moveBlock(editor, 1)).toBe(true)
    expect(names(editor)).toEqual(['a1', 'a2'])
    expect(editor.state.doc.child(1).textContent).toBe('Before')
  })
})

describe('the clipboard', () => {
  test('text is read as Markdown', () => {
    const doc = docOf('Start')
    const editor = edit(doc)
    caretAfter(editor, 'Start')
    paste(editor, 'ing\n\n## Steps\n\n- [x] Done\n- [ ] Open\n')
    expect(markdown(doc)).toBe('Starting\n\n## Steps\n\n- [x] Done\n- [ ] Open')
    expect(names(editor)).toEqual(['a1', 'a2', 'a3'])
  })

  test('a heading becomes one where a line is empty, and stands by itself behind text', () => {
    const [empty, full] = [docOf(''), docOf('Text')]
    const editors = [edit(empty), edit(full)] as const
    editors[0].commands.focus('start')
    caretAfter(editors[1], 'Text')
    for (const editor of editors) paste(editor, '## Steps')
    expect(markdown(empty)).toBe('## Steps')
    expect(markdown(full)).toBe('Text\n\n## Steps')
  })

  test('in code it stays as it is', () => {
    const doc = docOf('```\ncode\n```')
    const editor = edit(doc)
    caretAfter(editor, 'code')
    paste(editor, '\n# no heading')
    expect(markdown(doc)).toBe('```\ncode\n# no heading\n```')
  })

  test('what is copied goes out as Markdown', () => {
    const editor = edit(docOf('## A\n\nSome **bold** words\n\n- one\n- two'))
    const copied = (from: number, to: number) => {
      const slice = editor.state.doc.slice(from, to)
      return editor.view.someProp('clipboardTextSerializer', (write) => write(slice, editor.view))
    }
    expect(copied(0, editor.state.doc.content.size)).toBe('## A\n\nSome **bold** words\n\n- one\n- two')
    const [bold] = hitsIn(editor.state.doc, 'bold words')
    expect(copied(bold?.from ?? 0, bold?.to ?? 0)).toBe('**bold** words')
  })
})

describe('a block', () => {
  test('moves past its neighbour with the caret in it, and no further than the ends', () => {
    const doc = docOf('one\n\ntwo\n\nthree')
    const editor = edit(doc)
    caretAfter(editor, 'two')
    expect(moveBlock(editor, -1)).toBe(true)
    expect(moveBlock(editor, -1)).toBe(false)
    write(editor, '!')
    expect(markdown(doc)).toBe('two!\n\none\n\nthree')
  })

  test('a step moves within its list', () => {
    const doc = docOf('- [ ] one\n- [x] two')
    const editor = edit(doc)
    caretAfter(editor, 'one')
    moveBlock(editor, 1)
    write(editor, '!')
    expect(markdown(doc)).toBe('- [x] two\n- [ ] one!')
  })
})

test('undo takes back what was written here, and nothing of what came from others', () => {
  const [a, b] = [docOf('Start'), new Y.Doc()]
  join(a, b)
  const [mine, theirs] = [edit(a), edit(b)]
  caretAfter(mine, 'Start')
  write(mine, ' mine')
  theirs.commands.setTextSelection(1)
  write(theirs, 'Theirs: ')
  mine.commands.undo()
  expect(markdown(a)).toBe('Theirs: Start')
  expect(markdown(b)).toBe('Theirs: Start')
})

describe('a new plan', () => {
  test('begun on two devices at once has one heading', () => {
    const [a, b] = [new Y.Doc(), new Y.Doc()]
    beginPlan(a)
    beginPlan(b)
    join(a, b)
    expect(a.getXmlFragment(planField).length).toBe(1)
    const editor = edit(a)
    editor.commands.focus('start')
    write(editor, 'Called so')
    expect(markdown(b)).toBe('# Called so')
  })

  test('is not begun again where somebody has written', () => {
    const doc = docOf('Written')
    beginPlan(doc)
    expect(markdown(doc)).toBe('Written')
  })
})

test('a document with parts that are not known here is not to be edited here', () => {
  expect(fits(docOf('# Known\n\n| a |\n| --- |\n| b |'))).toBe(true)
  expect(fits(new Y.Doc())).toBe(true)
  const doc = docOf('Known')
  doc.getXmlFragment(planField).push([new Y.XmlElement('hologram')])
  expect(fits(doc)).toBe(false)
})

test('words are found across marks and in any case, not across blocks', () => {
  const editor = edit(docOf('Nothing **out**side of it\n\nSIDE OF'))
  const found = (words: string) =>
    hitsIn(editor.state.doc, words).map(({ from, to }) => editor.state.doc.textBetween(from, to))
  expect(found('outside')).toEqual(['outside'])
  expect(found('side of')).toEqual(['side of', 'SIDE OF'])
  expect(found('it side')).toEqual([])
})

test('a caret of something else than a person or an agent is drawn without harm', () => {
  expect(drawCaret({ name: '<img src=x onerror=alert(1)>', hue: 2 }).innerHTML).not.toContain('<img')
  expect(drawCaret({ name: 'Claude Code' }).dataset['agent']).toBe('')
  expect(drawCaret(undefined).textContent).toBe('\u2060\u2060')
})

describe('what is commented', () => {
  /** Two editors on one text, and an anchor at `words` made in the first. */
  function commented(text: string, words: string) {
    const [doc, other] = [docOf(text), new Y.Doc()]
    join(doc, other)
    const [here, there] = [edit(doc), edit(other, 'b')]
    const [hit] = hitsIn(here.state.doc, words.toLowerCase())
    if (hit === undefined) throw new Error(`no ${words}`)
    here.commands.setTextSelection(hit)
    const anchor = anchorOf(here)
    if (anchor === undefined) throw new Error('no anchor')
    const textAt = (editor: Editor): string | undefined => {
      const place = placeOf(editor, anchor)
      return place === undefined ? undefined : editor.state.doc.textBetween(place.from, place.to, ' ')
    }
    return { here, there, anchor, textAt }
  }

  test('is found on every device, and stays at its letters whatever is written around and in it', () => {
    const { here, there, anchor, textAt } = commented('# Billing\n\nOne package is enough.', 'package')
    expect(anchor.quote).toBe('package')
    expect([textAt(here), textAt(there)]).toEqual(['package', 'package'])
    caretAfter(there, 'One ')
    write(there, 'small ')
    caretAfter(there, 'package')
    write(there, ' alone')
    caretAfter(there, 'pack')
    write(there, 'ag')
    caretAfter(there, 'Billing')
    there.commands.splitBlock()
    write(there, 'Before')
    expect([textAt(here), textAt(there)]).toEqual(['packagage', 'packagage'])
  })

  test('is nowhere once it was deleted, alone or with its block, and there again when that is undone', () => {
    const { here, there, textAt } = commented('One.\n\nThe admin app reads it.\n\nLast.', 'The admin app reads')
    const [hit] = hitsIn(there.state.doc, 'the admin app reads')
    there.commands.deleteRange(hit ?? { from: 0, to: 0 })
    expect([textAt(here), textAt(there)]).toEqual([undefined, undefined])
    there.commands.undo()
    expect([textAt(here), textAt(there)]).toEqual(['The admin app reads', 'The admin app reads'])
    const block = here.state.doc.child(0).nodeSize
    here.commands.deleteRange({ from: block, to: block + here.state.doc.child(1).nodeSize })
    expect([textAt(here), textAt(there)]).toEqual([undefined, undefined])
  })

  test('is found by its words where they came back as new letters, if they stand there once', () => {
    const { here, there, textAt } = commented('Begin. The admin app reads it.', 'The admin app reads')
    caretAfter(there, 'Begin.')
    there.commands.splitBlock()
    expect([textAt(here), textAt(there)]).toEqual(['The admin app reads', 'The admin app reads'])
  })
})

describe('a mention', () => {
  const plan = '01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31'

  test('of a file is a button, by the pointer and by keys', () => {
    const editor = edit(docOf('See [src/app.ts](drover:path/src/app.ts) first.'))
    const file = editor.view.dom.querySelector<HTMLElement>('[data-kind=path]')
    expect(file?.getAttribute('role')).toBe('button')
    file?.click()
    for (const key of ['Enter', ' ', 'a'])
      file?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    expect(went).toEqual(['src/app.ts', 'src/app.ts', 'src/app.ts'])
    expect(editor.getText()).toContain('See')
  })

  test('is followed from the text by Alt and Enter, and only beside it', () => {
    const editor = edit(docOf(`See [src/app.ts](drover:path/src/app.ts) and [It](drover:plan/${plan}).`))
    const press = (): void =>
      void editor.view.someProp('handleKeyDown', (handle) =>
        handle(editor.view, new KeyboardEvent('keydown', { key: 'Enter', altKey: true })),
      )
    editor.commands.setTextSelection(3)
    press()
    expect(went).toEqual([])
    editor.commands.setTextSelection(5)
    press()
    editor.state.doc.descendants((node, at) => {
      if (node.attrs['kind'] === 'plan') editor.commands.setTextSelection(at + 1)
    })
    press()
    expect(went).toEqual(['src/app.ts', `/plans/${plan}`])
  })
})
