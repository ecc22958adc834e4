import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

describe('the settings of the server', () => {
  test('have defaults that reach nobody else', () => {
    expect(readConfig({ HOME: '/home/mara' })).toMatchObject({
      host: '127.0.0.1',
      port: 4400,
      publicUrl: undefined,
      databaseUrl: undefined,
      embeddedRunner: true,
    })
  })

  test('that are empty count as not given', () => {
    expect(readConfig({ DROVER_PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 4400, databaseUrl: undefined })
  })

  test.each([
    [{ DROVER_PORT: 'abc' }, 'DROVER_PORT: must be a whole number from 0 to 65535.'],
    [{ DROVER_PORT: '70000' }, 'DROVER_PORT: must be a whole number from 0 to 65535.'],
    [{ DROVER_PUBLIC_URL: 'drover.local' }, 'DROVER_PUBLIC_URL: must look like https://drover.example.net.'],
    [{ DROVER_PUBLIC_URL: 'javascript:alert(1)' }, 'DROVER_PUBLIC_URL: must look like https://drover.example.net.'],
  ])('%j is refused with a sentence', (env, sentence) => {
    expect(() => readConfig(env)).toThrow(new ConfigError(sentence))
  })
})
