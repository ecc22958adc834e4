import { describe, expect, test } from 'vitest'
import { promptLimit } from './domain/prompt.ts'
import { SharedDraft } from './domain/shared-draft.ts'
import { shareLimit } from './share-limits.ts'
import { toShareHash, toSharedDraft, type ShareFields } from './share.ts'

const file = (name: string, content: string | Uint8Array<ArrayBuffer>) => new File([content], name)
const draft = async (fields: Partial<ShareFields>) => {
  const made = await toSharedDraft({ files: [], ...fields })
  // Whatever it is made of can be kept and read again.
  expect(SharedDraft.parse(made)).toEqual(made)
  return made
}

test('a draft holds what a prompt may', () => expect(shareLimit).toBe(promptLimit))

describe('words', () => {
  test('title, text and link stand under each other', async () =>
    expect(await draft({ title: 'A fault', text: 'See this:', url: 'https://example.com/1' })).toEqual({
      text: 'A fault\n\nSee this:\n\nhttps://example.com/1',
      leftOut: [],
    }))
  test('what an app puts into two of them stands once', async () => {
    expect(
      (await draft({ title: 'A fault', text: 'A fault https://example.com/1', url: 'https://example.com/1' })).text,
    ).toBe('A fault https://example.com/1')
    expect((await draft({ title: 'https://example.com/1', url: 'https://example.com/1' })).text).toBe(
      'https://example.com/1',
    )
  })
  test('with nothing in it, it is empty', async () =>
    expect(await draft({ text: ' ' })).toEqual({ text: '', leftOut: [] }))
})

describe('files', () => {
  test('one alone is the draft, as it is', async () =>
    expect((await draft({ files: [file('plan.md', '# Plan\n\n```sh\nls\n```\n')] })).text).toBe(
      '# Plan\n\n```sh\nls\n```',
    ))
  test('beside others each has its name as a heading', async () =>
    expect((await draft({ text: 'Look', files: [file('a.txt', 'one'), file('b.log', 'two')] })).text).toBe(
      'Look\n\n## a.txt\n\none\n\n## b.log\n\ntwo',
    ))
  test('what is no text is left out, and the rest taken', async () =>
    expect(
      await draft({
        files: [
          file('photo.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe])),
          file('utf16.txt', new Uint8Array([0x61, 0, 0x62, 0])),
          file('nothing.txt', ' \n'),
          file('notes.txt', 'Süß 🐑'),
        ],
      }),
    ).toEqual({
      text: '## notes.txt\n\nSüß 🐑',
      leftOut: [
        { name: 'photo.png', why: 'not_text' },
        { name: 'utf16.txt', why: 'not_text' },
        { name: 'nothing.txt', why: 'empty' },
      ],
    }))
  test('what is far too large is not read', async () => {
    const huge = { name: 'huge.log', size: 10_000_000_000, text: () => Promise.reject(new Error('was read')) }
    expect(await draft({ text: 'Look', files: [huge] })).toEqual({
      text: 'Look',
      leftOut: [{ name: 'huge.log', why: 'too_large' }],
    })
  })
  test('what went away before it was read is named, and the rest taken', async () => {
    const gone = { name: 'gone.txt', size: 3, text: () => Promise.reject(new DOMException('gone', 'NotFoundError')) }
    expect(await draft({ text: 'Look', files: [gone] })).toEqual({
      text: 'Look',
      leftOut: [{ name: 'gone.txt', why: 'unreadable' }],
    })
  })
  test('too many are named as such', async () => {
    const many = Array.from({ length: 1000 }, (_one, index) => file(`${index}.txt`, 'x'))
    const made = await draft({ files: many })
    expect(made.text.match(/^## /gm)).toHaveLength(20)
    expect(made.leftOut[0]).toEqual({ name: '20.txt', why: 'too_many' })
  })
})

describe('room', () => {
  test('is used to the last letter', async () => {
    const text = 'x'.repeat(shareLimit)
    expect(await draft({ text })).toEqual({ text, leftOut: [] })
    expect(await draft({ text: `${text}x` })).toEqual({ text: '', leftOut: [{ why: 'too_large' }] })
  })
  test('goes to what came first; a smaller piece behind one that does not fit is taken', async () => {
    const made = await draft({
      text: 'x'.repeat(shareLimit - 100),
      files: [file('large.txt', 'y'.repeat(200)), file('small.txt', 'z')],
    })
    expect(made.text.endsWith('## small.txt\n\nz')).toBe(true)
    expect(made.leftOut).toEqual([{ name: 'large.txt', why: 'too_large' }])
  })
})

test('an address carries any text whole', async () => {
  const made = await draft({ text: 'a#b%20c &?\n“ü” 🐑' })
  const { hash } = new URL(`/new${toShareHash(made)}`, 'https://drover.example')
  expect(JSON.parse(decodeURIComponent(hash.slice('#shared='.length)))).toEqual(made)
})
