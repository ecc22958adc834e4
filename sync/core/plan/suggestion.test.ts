import { expect, test } from 'vitest'
import * as Y from 'yjs'
import type { PlanAnchor } from '#shared/domain/plan-comment.ts'
import { readBody, writeBody } from './body.ts'
import { findWords } from './find-words.ts'
import { parsePlan, writePlan } from './markdown.ts'
import { applySuggestion } from './suggestion.ts'

function docOf(markdown: string): Y.Doc {
  const doc = new Y.Doc()
  writeBody(doc, parsePlan(markdown))
  return doc
}
const textOf = (doc: Y.Doc): string => writePlan(readBody(doc)).trim()
const toBase64 = (position: Y.RelativePosition): string =>
  Buffer.from(Y.encodeRelativePosition(position)).toString('base64')

/** As an editor makes it: each end holds on to the letter inside of it. */
function anchorOf(doc: Y.Doc, words: string): PlanAnchor {
  const [place] = findWords(doc, words)
  if (place === undefined) throw new Error(`no ${words}`)
  const { text, at } = place
  return {
    start: toBase64(Y.createRelativePositionFromTypeIndex(text, at, 0)),
    end: toBase64(Y.createRelativePositionFromTypeIndex(text, at + words.length, -1)),
    quote: words,
  }
}

test('the words are replaced where the anchor is, and not where they stand a second time', () => {
  const doc = docOf('One package, one test.\n\nThe test runs.\n')
  const anchor = anchorOf(doc, 'one test')
  expect(applySuggestion(doc, { anchor, from: 'one test', to: 'one set of tests' })).toBe('applied')
  expect(textOf(doc)).toBe('One package, one set of tests.\n\nThe test runs.')
})

test('a document that was only just read has its words too', () => {
  const doc = docOf('One package.\n')
  const anchor = anchorOf(doc, 'One')
  const read = new Y.Doc()
  Y.applyUpdate(read, Y.encodeStateAsUpdate(doc))
  expect(applySuggestion(read, { anchor, from: 'One', to: 'A single' })).toBe('applied')
  expect(textOf(read)).toBe('A single package.')
})

test('what was written around the words meanwhile is kept, also by somebody who has not seen it yet', () => {
  const doc = docOf('The admin app reads the ledger.\n')
  const anchor = anchorOf(doc, 'admin app reads')
  const other = new Y.Doc()
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
  const [place] = findWords(other, 'admin')
  place?.text.insert(0, 'Mind this: ')
  findWords(other, 'app')[0]?.text.insert(findWords(other, 'app')[0]?.at ?? 0, 'old ')
  expect(applySuggestion(doc, { anchor, from: 'admin app reads', to: 'admin app writes' })).toBe('applied')
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other))
  expect(textOf(doc)).toBe('Mind this: The admin old app writes the ledger.')
})

test('what is put in has the marks of what it replaces, and what stays keeps its letters', () => {
  const doc = docOf('Run **all of them** now, and [the other](https://example.com/) later.\n')
  const anchor = anchorOf(doc, 'all of them')
  expect(applySuggestion(doc, { anchor, from: 'all of them', to: 'most of these' })).toBe('applied')
  expect(textOf(doc)).toBe('Run **most of these** now, and [the other](https://example.com/) later.')
  const link = anchorOf(doc, 'the other')
  expect(applySuggestion(doc, { anchor: link, from: 'the other', to: 'the next' })).toBe('applied')
  expect(textOf(doc)).toContain('[the next](https://example.com/)')
})

test('words can be taken out; asked again, that is said already', () => {
  const doc = docOf('Do it really very soon.\n')
  const anchor = anchorOf(doc, 'really very ')
  const asked = { anchor, from: 'really very ', to: '' }
  expect(applySuggestion(doc, asked)).toBe('applied')
  expect(textOf(doc)).toBe('Do it soon.')
  expect(applySuggestion(doc, asked)).toBe('said')
  expect(textOf(doc)).toBe('Do it soon.')
})

test('words that are others by now are left as they are', () => {
  const doc = docOf('Ship in June.\n')
  const anchor = anchorOf(doc, 'in June')
  const [place] = findWords(doc, 'June')
  place?.text.delete(place.at, 4)
  place?.text.insert(place.at, 'July')
  expect(applySuggestion(doc, { anchor, from: 'in June', to: 'in May' })).toBe('changed')
  expect(textOf(doc)).toBe('Ship in July.')
})

test('a paragraph that was written anew has its words found again, if they are many and stand there once', () => {
  const doc = docOf('Behind a flag for two days.\n')
  const anchor = anchorOf(doc, 'a flag for two days')
  writeBody(doc, parsePlan('# New\n\nBehind a flag for two days.\n'))
  const asked = { anchor, from: 'a flag for two days', to: 'a flag for a week' }
  expect(applySuggestion(doc, asked)).toBe('applied')
  expect(textOf(doc)).toContain('Behind a flag for a week.')
  const twice = docOf('Behind a flag for two days.\n\nBehind a flag for two days.\n')
  expect(applySuggestion(twice, asked)).toBe('changed')
})

test('a line break stays a space in a paragraph, and a line in code', () => {
  const doc = docOf('One line.\n\n```\nfirst\nsecond\n```\n')
  expect(applySuggestion(doc, { anchor: anchorOf(doc, 'One line'), from: 'One line', to: 'One\n  text' })).toBe(
    'applied',
  )
  const code = anchorOf(doc, 'first\nsecond')
  expect(applySuggestion(doc, { anchor: code, from: 'first\nsecond', to: 'first\nthird' })).toBe('applied')
  expect(textOf(doc)).toBe('One text.\n\n```\nfirst\nthird\n```')
})

test.each(['AAEBAgM=', 'not base64', 'AAAA', '/////w=='])('a place that is none (%s) changes nothing', (place) => {
  const doc = docOf('Short.\n')
  doc.getText('other').insert(0, 'Short')
  const anchor = { start: place, end: place, quote: 'Short' }
  expect(applySuggestion(doc, { anchor, from: 'Short', to: 'Long' })).toBe('changed')
  expect(textOf(doc)).toBe('Short.')
})
