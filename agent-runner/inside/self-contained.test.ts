import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('programs for containers import Node and each other, since only their folder is mounted', () => {
  const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const imported = sources.flatMap((name) =>
    [...readFileSync(`${import.meta.dirname}/${name}`, 'utf8').matchAll(/from '([^']+)'/g)].map(([, from]) => from),
  )
  expect(sources).toContain('main.ts')
  expect(imported.filter((from) => !/^(?:node:[a-z/]+|\.\/[a-z-]+\.ts)$/.test(from ?? ''))).toEqual([])
})
