import type { Node } from '@tiptap/pm/model'
import { updateYFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { diffTexts } from './words.ts'

/** Makes a block of text say what `next` says: word by word where it is one text on both sides, so that what stands between two changes stays what it was. */
export function patchText(doc: Y.Doc, element: Y.XmlElement, next: Node): void {
  const texts = nextTexts(next)
  const children = element.toArray()
  if (texts.length === children.length)
    for (const [index, child] of children.entries()) {
      const text = texts[index]
      if (child instanceof Y.XmlText && text !== undefined) patchWords(child, text)
    }
  updateYFragment(doc, element, next, { mapping: new Map(), isOMark: new Map() })
}

/** The texts of a block as y-tiptap keeps them, one for each stretch between other inline nodes, which are `undefined`. */
function nextTexts(next: Node): (string | undefined)[] {
  const texts: (string | undefined)[] = []
  let open = false
  for (const child of next.children) {
    if (!child.isText) texts.push(undefined)
    else if (open) texts[texts.length - 1] = `${texts.at(-1) ?? ''}${child.text ?? ''}`
    else texts.push(child.text ?? '')
    open = child.isText
  }
  return texts
}

function patchWords(text: Y.XmlText, next: string): void {
  const before = plainText(text)
  // Something in it is no text: its places can't be counted in letters.
  if (before === undefined || before === next) return
  replaceStretch(text, 0, before, next)
}

/** Makes a stretch of a text, which says `before`, say `next`: word by word. `marksAt`: the marks of what is put in place of the letter that stood there. */
export function replaceStretch(
  text: Y.XmlText,
  from: number,
  before: string,
  next: string,
  marksAt: (index: number) => Readonly<Record<string, unknown>> | undefined = () => undefined,
): void {
  let [at, was] = [from, from]
  let marks: Readonly<Record<string, unknown>> | undefined
  for (const piece of diffTexts(before, next)) {
    const { length } = piece.text
    if (piece.kind === 'removed') {
      marks = marksAt(was)
      text.delete(at, length)
      was += length
      continue
    }
    if (piece.kind === 'added') {
      if (marks === undefined) text.insert(at, piece.text)
      else text.insert(at, piece.text, marks)
    } else was += length
    marks = undefined
    at += length
  }
}

function plainText(text: Y.XmlText): string | undefined {
  const delta: unknown = text.toDelta()
  if (!Array.isArray(delta)) return undefined
  let plain = ''
  for (const piece of delta as readonly unknown[]) {
    if (typeof piece !== 'object' || piece === null || !('insert' in piece) || typeof piece.insert !== 'string')
      return undefined
    plain += piece.insert
  }
  return plain
}
