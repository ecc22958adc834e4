import { createMemoryHistory } from '@tanstack/solid-router'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAppRouter } from '../routes.tsx'

const publicFolder = join(import.meta.dirname, '..', '..', 'public')

const Image = z.strictObject({
  src: z.string().startsWith('/'),
  sizes: z.string().regex(/^(?:any|\d+x\d+)$/),
  type: z.enum(['image/png', 'image/svg+xml', 'image/webp']),
  purpose: z.enum(['maskable', 'any', 'monochrome']).optional(),
})
const path = z.string().startsWith('/')
/** Every member that is there, by its specification; a name that browsers don't know would be a typing error. */
const Manifest = z.strictObject({
  id: path,
  name: z.string(),
  short_name: z.string().max(12),
  description: z.string(),
  lang: z.string(),
  start_url: path,
  scope: z.literal('/'),
  display: z.literal('standalone'),
  display_override: z.array(z.enum(['window-controls-overlay', 'standalone', 'minimal-ui'])),
  background_color: z.string(),
  theme_color: z.string(),
  categories: z.array(z.string()),
  icons: z.array(Image),
  screenshots: z.array(
    Image.omit({ purpose: true }).extend({ form_factor: z.enum(['wide', 'narrow']), label: z.string().min(1) }),
  ),
  shortcuts: z.array(z.strictObject({ name: z.string(), url: path, icons: z.array(Image) })),
  share_target: z.strictObject({
    action: path,
    method: z.literal('POST'),
    enctype: z.literal('multipart/form-data'),
    params: z.strictObject({
      title: z.string(),
      text: z.string(),
      url: z.string(),
      files: z.array(
        z.strictObject({ name: z.string(), accept: z.array(z.string().regex(/^(?:\.\w+|[\w-]+\/[\w*+-]+)$/)) }),
      ),
    }),
  }),
  file_handlers: z.array(
    z.strictObject({
      action: path,
      accept: z.record(z.string(), z.array(z.string().startsWith('.'))),
      launch_type: z.enum(['single-client', 'multiple-clients']),
    }),
  ),
  launch_handler: z.strictObject({
    client_mode: z.array(z.enum(['focus-existing', 'navigate-existing', 'navigate-new', 'auto'])),
  }),
})
const manifest = Manifest.parse(JSON.parse(readFileSync(join(publicFolder, 'manifest.webmanifest'), 'utf8')))

const images = [...manifest.icons, ...manifest.screenshots, ...manifest.shortcuts.flatMap(({ icons }) => icons)]
test.each(images)('$src is what the manifest says', ({ src, sizes, type }) => {
  const bytes = readFileSync(join(publicFolder, src))
  expect(bytes.length).toBeLessThan(100_000)
  expect(lookAt(bytes)).toEqual({ type, sizes })
})

describe('before it is installed', () => {
  test('browsers find all that they ask for', () => {
    const plain = manifest.icons.filter(({ purpose }) => purpose === undefined).map(({ sizes }) => sizes)
    const maskable = manifest.icons.filter(({ purpose }) => purpose === 'maskable').map(({ sizes }) => sizes)
    for (const sizes of ['192x192', '512x512']) {
      expect(plain).toContain(sizes)
      expect(maskable).toContain(sizes)
    }
  })
  test('pictures of one kind have one size, as stores want it, and none is long and thin', () => {
    for (const factor of ['wide', 'narrow'] as const) {
      const sizes = manifest.screenshots.filter(({ form_factor }) => form_factor === factor).map((shot) => shot.sizes)
      expect(sizes.length).toBeGreaterThan(0)
      expect(new Set(sizes).size).toBe(1)
      const [width = 0, height = 0] = (sizes[0] ?? '').split('x').map(Number)
      expect(Math.max(width, height)).toBeLessThanOrEqual(3840)
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(320)
      expect(Math.max(width, height) / Math.min(width, height)).toBeLessThanOrEqual(2.3)
    }
  })
})

describe('every address in it', () => {
  const router = createAppRouter(createMemoryHistory())
  const addresses = [
    manifest.start_url,
    ...manifest.shortcuts.map(({ url }) => url),
    ...manifest.file_handlers.map(({ action }) => action),
    manifest.share_target.action,
  ]
  test.each(addresses)('%s is a page of the app', (address) => {
    const { pathname } = new URL(address, 'https://drover.example')
    expect(Object.keys(router.routesByPath)).toContain(pathname)
  })
})

/** Kind and size by the file's own head: PNG 11.2.2, WebP (VP8, VP8L, VP8X), and SVG, which has any size. */
function lookAt(bytes: Buffer): { readonly type: string; readonly sizes: string } {
  const at = (from: number, length: number) => bytes.toString('latin1', from, from + length)
  if (at(1, 3) === 'PNG') return { type: 'image/png', sizes: `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}` }
  if (at(0, 4) === 'RIFF' && at(8, 4) === 'WEBP') return { type: 'image/webp', sizes: webpSize(bytes, at(12, 4)) }
  return { type: at(0, 400).includes('<svg') ? 'image/svg+xml' : 'unknown', sizes: 'any' }
}

function webpSize(bytes: Buffer, kind: string): string {
  if (kind === 'VP8X') return `${bytes.readUIntLE(24, 3) + 1}x${bytes.readUIntLE(27, 3) + 1}`
  if (kind === 'VP8 ') return `${bytes.readUInt16LE(26) & 0x3fff}x${bytes.readUInt16LE(28) & 0x3fff}`
  const bits = bytes.readUInt32LE(21)
  return `${(bits & 0x3fff) + 1}x${((bits >> 14) & 0x3fff) + 1}`
}
