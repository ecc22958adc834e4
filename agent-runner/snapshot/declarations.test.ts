import { expect, test } from 'vitest'
import { isBelow, parseDeclarations } from './declarations.ts'
import { settingsFor, snapshotSettings } from './settings.ts'

test('lines are read as the reference has them; others are named, repeats and files in a repository are left out', () => {
  const text = [
    '{"version":1,"kind":"repo","path":"/workspace/my-repo"}',
    '',
    '{"version":1,"kind":"file","path":"/tmp/agent-output.log"}',
    '{"version":1,"kind":"repo","path":"/workspace/my-repo/"}',
    '{"version":1,"kind":"file","path":"/workspace/my-repo/a.txt"}',
    '{"version":1,"kind":"file","path":"/workspace/my-repo-2/a.txt"}',
    '{"version":2,"kind":"repo","path":"/a"}',
    '{"version":1,"kind":"folder","path":"/a"}',
    '{"version":1,"kind":"repo","path":"a"}',
    '{"version":1,"kind":"repo"}',
    'not json',
  ].join('\n')
  const { declared, malformed } = parseDeclarations(text)
  expect(declared.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    'repo /workspace/my-repo',
    'file /tmp/agent-output.log',
    'file /workspace/my-repo-2/a.txt',
  ])
  expect(malformed).toHaveLength(5)
})

test('a folder is below itself, not below one whose name it begins with', () => {
  expect(isBelow('/a/b', '/a')).toBe(true)
  expect(isBelow('/a', '/a')).toBe(true)
  expect(isBelow('/ab', '/a')).toBe(false)
  expect(isBelow('/x', '/')).toBe(true)
})

test('the names of the reference are read too, those of Drover first, and an environment’s own words before the machine’s', () => {
  expect(snapshotSettings({ OZ_SNAPSHOT_DECLARATIONS_FILE: '/a', DROVER_SNAPSHOT_DECLARATIONS_FILE: '/b' }).file).toBe(
    '/b',
  )
  const machine = snapshotSettings({ DROVER_SNAPSHOT_DECLARATIONS_SCRIPT: '/script' })
  expect(settingsFor(machine, { OZ_SNAPSHOT_DECLARATIONS_FILE: '/file' })).toEqual({
    off: false,
    script: undefined,
    file: '/file',
  })
  expect(settingsFor(machine, {})).toEqual({ off: false, script: '/script', file: undefined })
  expect(settingsFor(machine, { DROVER_NO_SNAPSHOT: '1' }).off).toBe(true)
})
