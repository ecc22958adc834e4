import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attachmentName, attachmentTypeOf } from './attachment-type.ts'
import { Attachment, overfull, promptPicturesLimit, runPicturesLimit } from './attachment.ts'

const of = (n: number, type: Attachment['type'] = 'png'): Attachment =>
  Attachment.parse({ blob: String(n).padStart(64, '0'), name: `${n}.png`, type, bytes: 10 })
const some = (many: number, type?: Attachment['type'], from = 0): Attachment[] =>
  Array.from({ length: many }, (_, n) => of(from + n, type))

test('a message takes 5 pictures and 10 files, a conversation 20 pictures', () => {
  expect(overfull(some(promptPicturesLimit), runPicturesLimit - promptPicturesLimit)).toBeUndefined()
  expect(overfull(some(promptPicturesLimit + 1), 0)).toBe('pictures')
  expect(overfull(some(1), runPicturesLimit)).toBe('run_pictures')
  expect(overfull(some(1, 'text'), runPicturesLimit)).toBeUndefined()
  expect(overfull([...some(5), ...some(6, 'text', 5)], 0)).toBe('files')
  expect(overfull([of(1), of(1)], 0)).toBe('twice')
})

test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\photos\\me.png', 'me.png'],
  ['..', 'file'],
  ['', 'file'],
  ['a\u0000b\nc.txt', 'abc.txt'],
  ['invoice\u202efdp.exe', 'invoicefdp.exe'],
])('the name %j is kept as %j', (given, kept) => expect(attachmentName(given)).toBe(kept))

test('whatever a file was called, its name may stand in a row, and stays as it is from then on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
      const name = attachmentName(given)
      expect(Attachment.shape.name.safeParse(name).data).toBe(name)
      expect(attachmentName(name)).toBe(name)
    }),
  )
})

test.each([
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['jpeg', [0xff, 0xd8, 0xff, 0xe0]],
  ['gif', [...Buffer.from('GIF89a')]],
  ['webp', [...Buffer.from('RIFF....WEBP')]],
  ['text', [...Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')]],
  ['text', [...Buffer.from('héllo 🙂')]],
  ['file', [0x25, 0x50, 0x44, 0x46, 0x00]],
  ['file', [0x68, 0xe9, 0x6c]],
])('bytes say that they are %s', (type, bytes) => expect(attachmentTypeOf(Uint8Array.from(bytes))).toBe(type))

test('what counts as text is what a strict decoder takes', () => {
  const strict = (bytes: Uint8Array): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes)
      return !bytes.includes(0)
    } catch {
      return false
    }
  }
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
  )
  fc.assert(
    fc.property(bytes, (given) => {
      fc.pre(!['png', 'jpeg', 'gif', 'webp'].includes(attachmentTypeOf(given)))
      expect(attachmentTypeOf(given)).toBe(strict(given) ? 'text' : 'file')
    }),
    { numRuns: 2000 },
  )
})
