import { describe, expect, test } from 'vitest'
import { SharedDraft } from '#shared/domain/shared-draft.ts'
import { shareRoutes } from './share.ts'

const app = shareRoutes()

async function share(body: FormData | string, headers: Record<string, string> = {}): Promise<SharedDraft | string> {
  const answer = await app.request('/share', { method: 'POST', body, headers })
  expect(answer.status).toBe(303)
  const location = answer.headers.get('location') ?? ''
  expect(Buffer.byteLength(location)).toBeLessThan(3_100)
  const { pathname, search, hash } = new URL(location, 'http://drover')
  expect(pathname + search).toBe('/new')
  return hash === '' ? location : SharedDraft.parse(JSON.parse(decodeURIComponent(hash.slice('#shared='.length))))
}
const form = (fields: Record<string, string | File>): FormData => {
  const made = new FormData()
  for (const [name, value] of Object.entries(fields)) made.append(name, value)
  return made
}

describe('what is shared without a service worker', () => {
  test('goes on in the address, words and text files', async () => {
    expect(
      await share(form({ title: 'A fault', text: 'Look: “ü” & #1', files: new File(['one'], 'notes.txt') })),
    ).toEqual({ text: 'A fault\n\nLook: “ü” & #1\n\n## notes.txt\n\none', leftOut: [] })
  })
  test('says so where an address can’t carry it', async () => {
    expect(await share(form({ text: 'x'.repeat(5_000) }))).toEqual({ text: '', leftOut: [{ why: 'not_set_up' }] })
    expect(await share(form({ files: new File(['x'.repeat(700_000)], 'large.txt') }))).toEqual({
      text: '',
      leftOut: [{ why: 'not_set_up' }],
    })
  })
  test('that is no text says so too', async () => {
    expect(await share(form({ files: new File([new Uint8Array([0xff, 0xfe, 0])], 'photo.png') }))).toEqual({
      text: '',
      leftOut: [{ name: 'photo.png', why: 'not_text' }],
    })
  })
  test('and is no form at all leads to an empty page', async () => {
    expect(await share('{}', { 'content-type': 'application/json' })).toBe('/new')
    expect(await share('--x\r\nrubbish', { 'content-type': 'multipart/form-data; boundary=x' })).toBe('/new')
    expect(await share(form({}))).toBe('/new')
  })
})
