import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { assert } from '#shared/assert.ts'
import { expect, test } from 'vitest'

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
  const pages = readdirSync(`${built}assets`).filter((name) => /^runs-page-[\w-]+\.js$/.test(name))
  expect(pages).toHaveLength(1)
  const closure = closureOf([...entries, ...pages])
  const scripts = [...closure.values()].join('\n')
  // The closure is followed: the store and the list's own code are in it, and what is only opened later is not.
  expect(scripts).toContain('replicache-dbs-v')
  expect(scripts).not.toMatch(/kb-tooltip|kb-popper|kb-toast/)
  const sizes = [...closure].map(([name, text]) => ({ name, bytes: gzipSync(text).length }))
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  const largest = sizes.sort((a, b) => b.bytes - a.bytes).map(({ name, bytes }) => `${bytes} ${name}`)
  expect(total, largest.join('\n')).toBeLessThanOrEqual(bound)
  // A pattern that finds no imports would find a small app.
  expect(closure.size).toBeGreaterThan(10)
  expect(total).toBeGreaterThan(bound / 2)
})
