import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { canonicalJson, type Json } from '../json.ts'
import { BrowserDown, BrowserUp, browserProtocol } from './browser-socket.ts'
import { RunEvent } from './run-event.ts'
import { RunnerDown, RunnerUp, runnerProtocol } from './runner-link.ts'
import { PullRequest, PullResponse, PushRequest, schemaVersion } from './sync.ts'
import * as rows from './rows.ts'

/**
 * Whoever changes what goes over a wire is stopped here. A change that an older peer still understands (a new optional
 * field, a new kind that it drops) only needs the new hash; any other one also a new version.
 */
function hashOf(...schemas: z.ZodType[]): string {
  const shapes = schemas.map((schema) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  return createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(shapes)) as Json))
    .digest('hex')
    .slice(0, 16)
}

describe('the wire', () => {
  test('between browser and server', () => {
    expect({ version: browserProtocol, hash: hashOf(BrowserUp, BrowserDown) }).toMatchInlineSnapshot(`
      {
        "hash": "52e6801759796c34",
        "version": 1,
      }
    `)
  })
  test('between runner and server', () => {
    expect({ version: runnerProtocol, hash: hashOf(RunnerUp, RunnerDown, RunEvent) }).toMatchInlineSnapshot(`
      {
        "hash": "66775486fd4fd546",
        "version": 1,
      }
    `)
  })
  test('of push and pull, and of the synced rows', () => {
    expect({
      version: schemaVersion,
      hash: hashOf(PushRequest, PullRequest, PullResponse, ...Object.values(rows.rowSchemas)),
    }).toMatchInlineSnapshot(`
      {
        "hash": "6137f098cb42aee1",
        "version": "1",
      }
    `)
  })
})
