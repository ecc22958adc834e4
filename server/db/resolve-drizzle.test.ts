import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

const load = (before: string): string =>
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `${before}
      const names = ['drizzle-orm', 'drizzle-orm/pg-core', 'drizzle-orm/node-postgres', 'drizzle-orm/neon-serverless']
      const exported = []
      for (const name of names) exported.push([name, Object.keys(await import(name)).sort()])
      const { drizzle } = await import('drizzle-orm/node-postgres')
      const { sql } = await import('drizzle-orm')
      const { pgTable, text } = await import('drizzle-orm/pg-core')
      const t = pgTable('t', { a: text('a') })
      console.log(JSON.stringify([exported, drizzle.mock().select().from(t).where(sql\`a = \${1}\`).toSQL()]))`,
    ],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  )

test('Drizzle is the same with its modules resolved for it', () => {
  const plain = load('')
  expect(plain).toContain('select \\"a\\" from \\"t\\" where a = $1')
  expect(load("(await import('./resolve-drizzle.ts')).resolveDrizzle()")).toBe(plain)
})
