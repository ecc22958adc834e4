import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { mutators } from '#sync/core/mutators/all.ts'
import { canonicalJson, type Json } from '../json.ts'
import { BrowserDown, BrowserUp, browserProtocol } from './browser-socket.ts'
import { RunEvent } from './run-event.ts'
import { RunnerDown, RunnerUp, runnerProtocol } from './runner-link.ts'
import { rowSchemas } from './rows.ts'
import { TerminalDown, TerminalUp, terminalProtocol } from './terminal.ts'
import { IntentRef, PullRequest, PullResponse, PushRequest, schemaVersion } from './sync.ts'

const mend = (version: string): string =>
  `If every older peer still understands them (a new optional field, a new kind that it drops, a bound that nobody met), only the new hash belongs here. If not, raise ${version} as well, and say beside it what the old peer is told.`

/** Whoever changes what goes over a wire is stopped here: a phone that slept for weeks still speaks the old one. */
const wires = [
  {
    what: 'messages between browser and server',
    version: browserProtocol,
    todo: mend('browserProtocol'),
    shapes: { BrowserUp, BrowserDown },
    pinned: { version: 3, hash: '083d2d7cc3bb6685' },
  },
  {
    what: 'messages between runner and server',
    version: runnerProtocol,
    todo: mend('runnerProtocol'),
    shapes: { RunnerUp, RunnerDown, RunEvent },
    pinned: { version: 1, hash: 'f2d5b509a7f3be94' },
  },
  {
    what: 'messages between a page and the terminals of a run',
    version: terminalProtocol,
    todo: mend('terminalProtocol'),
    shapes: { TerminalUp, TerminalDown },
    pinned: { version: 1, hash: '6a5d1272660b0b26' },
  },
  {
    what: 'shapes of push, pull and the synced rows',
    version: schemaVersion,
    todo: mend('schemaVersion'),
    shapes: { PushRequest, PullRequest, PullResponse, ...rowSchemas },
    pinned: { version: '2', hash: '4aa24440a0a9b124' },
  },
  {
    what: 'names and arguments of the mutators',
    version: schemaVersion,
    todo: 'They stay valid for 90 days, so add an optional argument, or a mutator beside the old one.',
    shapes: Object.fromEntries(Object.values(mutators).map(({ name, args }): [string, z.ZodType] => [name, args])),
    pinned: { version: '2', hash: '3aa9854bdd83c55b' },
  },
  {
    what: 'way in which a mutation names its intent',
    version: schemaVersion,
    todo: 'A device may have waited for 90 days with what it did: the old way is read until then.',
    shapes: { IntentRef },
    pinned: { version: '2', hash: 'c79ebe34ba441e74' },
  },
]

test.each(wires)('the $what are those of version $version', ({ what, version, todo, shapes, pinned }) => {
  const hash = hashOf(shapes)
  const changed = `The ${what} are not those of version ${pinned.version} any more. ${todo} The new hash is ${hash}.`
  expect({ version, hash }, changed).toEqual(pinned)
})

test('the order of fields is no change, a new field is one', () => {
  const before = hashOf({ One: z.object({ a: z.string(), b: z.number() }) })
  expect(hashOf({ One: z.object({ b: z.number(), a: z.string() }) })).toBe(before)
  expect(hashOf({ One: z.object({ a: z.string(), b: z.number(), c: z.string().optional() }) })).not.toBe(before)
  expect(hashOf({ Two: z.object({ a: z.string(), b: z.number() }) })).not.toBe(before)
})

function hashOf(shapes: Readonly<Record<string, z.ZodType>>): string {
  const all = Object.entries(shapes).map(([name, schema]) => [
    name,
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  ])
  return createHash('sha256')
    .update(canonicalJson(sorted(z.json().parse(JSON.parse(JSON.stringify(Object.fromEntries(all)))))))
    .digest('hex')
    .slice(0, 16)
}

/** Lists whose order means nothing in a JSON schema, in one order. */
function sorted(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key === 'required' && Array.isArray(one) ? [...one].sort() : sorted(one),
    ]),
  )
}
