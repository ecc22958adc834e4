import { describe, expect, test } from 'vitest'
import { databaseConfig, directUrl } from './config.ts'

const dataDir = '/data'

describe('the database of the settings', () => {
  test('is the embedded one without a URL', () => {
    expect(databaseConfig({ dataDir })).toEqual({ kind: 'embedded', dataDir })
    expect(databaseConfig({ dataDir, databaseUrl: '' })).toEqual({ kind: 'embedded', dataDir })
  })

  test.each([
    ['postgres://u:p@db.example:5432/drover', undefined, 'postgres'],
    ['postgresql://u@localhost/drover?host=/run/postgresql', undefined, 'postgres'],
    ['postgres://u:p@ep-cool-1.eu-central-1.aws.neon.tech/drover', undefined, 'neon'],
    ['postgres://u:p@ep-cool-1.eu-central-1.aws.neon.tech/drover', 'pg', 'postgres'],
    ['postgres://u:p@neon.tech.example/drover', undefined, 'postgres'],
    ['postgres://u:p@localhost/drover', 'neon', 'neon'],
  ] as const)('%s with the driver %s is %s', (databaseUrl, driver, kind) => {
    expect(databaseConfig({ dataDir, databaseUrl, driver })).toMatchObject({ kind, url: databaseUrl })
  })

  test.each(['http://u:secret@db/x', 'drover', 'mysql://u:secret@db/x'])(
    'refuses %s without repeating it',
    (databaseUrl) => {
      expect(() => databaseConfig({ dataDir, databaseUrl })).toThrow(
        'DATABASE_URL must look like postgres://user:password@host:5432/database.',
      )
    },
  )
})

test('LISTEN and locks go past the pooler of Neon', () => {
  expect(directUrl('postgres://u:p@ep-cool-1-pooler.eu-central-1.aws.neon.tech/db?sslmode=require')).toBe(
    'postgres://u:p@ep-cool-1.eu-central-1.aws.neon.tech/db?sslmode=require',
  )
  expect(directUrl('postgres://u:p@localhost:5432/db')).toBe('postgres://u:p@localhost:5432/db')
})
