import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { assert } from '#shared/assert.ts'
import { expect, test } from 'vitest'
import { startApp } from './app.ts'

const built = fileURLToPath(new URL('../../dist/web/', import.meta.url))
/** Bytes, gzipped. */
const bound = 180_000

/** The script that `names` and what they import need before they run: what is fetched later, by `import()`, is not among it. */
function closureOf(names: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue
    const text = readFileSync(`${built}assets/${name}`, 'utf8')
    found.set(name, text)
    for (const [, imported] of text.matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([\w.-]+\.js)["']/g)) {
      assert(imported !== undefined, 'the pattern has one group')
      waiting.push(imported)
    }
  }
  return found
}

test(`what is fetched before the first list of runs is at most ${bound / 1000} KB of script`, () => {
  const html = readFileSync(`${built}index.html`, 'utf8')
  const entries = [...html.matchAll(/(?:src|href)="\/assets\/([\w.-]+\.js)"/g)].map(([, name]) => name ?? '')
  expect(entries).not.toEqual([])
  // The list has no file of its own, which would be asked for only after these.
  expect(readdirSync(`${built}assets`).filter((name) => /^runs-page-[\w-]+\.js$/.test(name))).toEqual([])
  const closure = closureOf(entries)
  const scripts = [...closure.values()].join('\n')
  // The closure is followed: the store and the list's own code are in it, and what is only opened later is not.
  expect(scripts).toContain('replicache-dbs-v')
  expect(scripts).toContain('runs.preview')
  expect(scripts).not.toMatch(/kb-tooltip|kb-popper|kb-toast/)
  const sizes = [...closure].map(([name, text]) => ({ name, bytes: gzipSync(text).length }))
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  const largest = sizes.sort((a, b) => b.bytes - a.bytes).map(({ name, bytes }) => `${bytes} ${name}`)
  expect(total, largest.join('\n')).toBeLessThanOrEqual(bound)
  // A pattern that finds no imports would find a small app.
  expect(total).toBeGreaterThan(bound / 2)
})

test('the server sends each file as the build has packed it, and plain to whoever wants it plain', async () => {
  const app = await startApp()
  try {
    const name = readdirSync(`${built}assets`).find((one) => /^first-page-[\w-]+\.js$/.test(one))
    const address = `http://localhost:${app.port}/assets/${name ?? ''}`
    const plain = await fetched(address, 'identity')
    expect(plain.encoding).toBeUndefined()
    for (const encoding of ['br', 'gzip']) {
      const packed = await fetched(address, encoding)
      expect(packed).toMatchObject({ encoding, type: plain.type, vary: 'Accept-Encoding' })
      expect(packed.bytes).toBeLessThanOrEqual(bound)
      expect(packed.bytes).toBeLessThan(plain.bytes / 2)
    }
    expect((await fetched(`http://localhost:${app.port}/runs`, 'br')).encoding).toBe('br')
    expect((await fetched(`http://localhost:${app.port}/service-worker.js`, 'br')).encoding).toBe('br')
  } finally {
    await app.close()
  }
})

async function fetched(address: string, encoding: string) {
  const [answer] = (await once(get(address, { headers: { 'accept-encoding': encoding } }), 'response')) as [
    IncomingMessage,
  ]
  let bytes = 0
  for await (const piece of answer) bytes += (piece as Buffer).length
  const { 'content-encoding': said, 'content-type': type, vary } = answer.headers
  return { encoding: said, type, vary, bytes }
}
