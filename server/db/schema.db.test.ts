import { apiKey } from '@better-auth/api-key'
import { passkey } from '@better-auth/passkey'
import { betterAuth } from 'better-auth'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { getAuthTables } from 'better-auth/db'
import { organization } from 'better-auth/plugins'
import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestDatabase } from '#test/db.ts'
import { describeOnEachDatabase, openTestDatabase } from '#test/db.ts'
import * as authSchema from './schema/auth.ts'

type Column = { table: string; column: string; type: string; notNull: boolean }

describe('the Drizzle schema', () => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await openTestDatabase()
  })
  afterAll(() => db.close())

  test('has the tables, columns, types and nullability of the migrated database', async () => {
    const declared = (await schemaTables()).flatMap((table) => {
      const { name, columns } = getTableConfig(table)
      return columns.map((column): Column => ({
        table: name,
        column: column.name,
        type: sqlType(column.getSQLType()),
        notNull: column.notNull,
      }))
    })
    const actual = await db.query<Column>(`
      select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as "notNull"
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and a.attnum > 0 and not a.attisdropped and c.relname not in ('drover_migration', 'drover_script')`)
    expect(sorted(declared)).toEqual(sorted(actual))
  })

  test('has every field that better-auth and its plugins declare', () => {
    const wanted = getAuthTables(authOptions)
    for (const [model, { fields }] of Object.entries(wanted)) {
      const table: unknown = Reflect.get(authSchema, model)
      if (!is(table, PgTable)) throw new Error(`schema/auth.ts exports no table ${model}`)
      for (const [name, field] of Object.entries(fields)) {
        const column: unknown = Reflect.get(table, name)
        expect(column, `${model}.${name}`).toMatchObject({ notNull: field.required ?? true })
      }
    }
  })
})

describeOnEachDatabase('better-auth on its tables', (open) => {
  test('signs up, makes a team, a member and a key', async () => {
    const db = await open()
    const auth = betterAuth({
      ...authOptions,
      baseURL: 'http://localhost:4400',
      secret: 'only-for-this-test-0123456789abcdef',
      database: drizzleAdapter(db.drizzle, { provider: 'pg', schema: authSchema, transaction: true }),
      emailAndPassword: { enabled: true },
    })
    const { headers, response } = await auth.api.signUpEmail({
      body: { name: 'Ada', email: 'ada@example.test', password: 'correct horse' },
      returnHeaders: true,
    })
    const cookie = new Headers({
      cookie: headers
        .getSetCookie()
        .map((value) => value.split(';')[0])
        .join('; '),
    })
    const team = await auth.api.createOrganization({ body: { name: 'Ada', slug: 'ada' }, headers: cookie })
    expect(team?.members[0]).toMatchObject({ userId: response.user.id, role: 'owner' })
    const key = await auth.api.createApiKey({ body: { name: 'runner' }, headers: cookie })
    expect(await auth.api.verifyApiKey({ body: { key: key.key } })).toMatchObject({ valid: true })
    expect(await auth.api.getSession({ headers: cookie })).toMatchObject({
      user: { email: 'ada@example.test', emailVerified: false },
    })
  })
})

const authOptions = { rateLimit: { storage: 'database' as const }, plugins: [organization(), passkey(), apiKey()] }

async function schemaTables(): Promise<PgTable[]> {
  const dir = join(import.meta.dirname, 'schema')
  const modules: object[] = await Promise.all(readdirSync(dir).map((file) => import(join(dir, file))))
  return modules.flatMap((module) => Object.values(module).filter((value): value is PgTable => is(value, PgTable)))
}

/** Drizzle's words for a type, in PostgreSQL's own. */
function sqlType(type: string): string {
  const names: Record<string, string> = { bigserial: 'bigint', serial: 'integer', varchar: 'character varying' }
  return names[type] ?? type
}

function sorted(columns: readonly Column[]): string[] {
  return columns
    .map(({ table, column, type, notNull }) => `${table}.${column} ${type}${notNull ? ' not null' : ''}`)
    .toSorted()
}
