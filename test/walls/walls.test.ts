import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rooms } from '../../scripts/lint/rooms.ts'
import { createHouseCopy, type HouseCopy, type Outcome } from './house-copy.ts'

/** What each room may import, in the words of `tsconfig.json`. */
const referencesOf = async (room: string): Promise<readonly string[]> => {
  const text = await readFile(new URL(`../../${room}/tsconfig.json`, import.meta.url), 'utf8')
  const { references } = JSON.parse(text) as { references: readonly { path: string }[] }
  return references.map(({ path }) => posix.join(room, path)).toSorted()
}

const names = Object.keys(rooms)
const foreign = names.flatMap((room) =>
  names.filter((other) => other !== room && !rooms[room]?.may.includes(other)).map((other) => [room, other] as const),
)
const flat = (room: string) => room.replace('/', '-')

/** One sound file in each room, which imports all that the room may. */
const sound = Object.fromEntries(
  names.map((room) => [
    `${room}/sound.ts`,
    [
      ...(rooms[room]?.may ?? []).map(
        (other) => `import type { Sound as From${flat(other).replaceAll('-', '')} } from '#${other}/sound.ts'`,
      ),
      `export type Sound = { readonly room: '${room}' }`,
      `export type All = readonly [${(rooms[room]?.may ?? []).map((other) => `From${flat(other).replaceAll('-', '')}`).join(', ')}]`,
      '',
    ].join('\n'),
  ]),
)

test('the linter and the compiler read the same table', async () => {
  for (const room of names) expect([room, await referencesOf(room)]).toEqual([room, rooms[room]?.may.toSorted()])
})

describe('a house that keeps to its walls', () => {
  let house: HouseCopy
  beforeAll(async () => {
    house = await createHouseCopy()
    await house.write(sound)
  })
  afterAll(() => house.close())

  test('passes the compiler', async () => expect(await house.types()).toEqual({ code: 0, output: '' }))

  // The linter has to know the types of the whole house first.
  test('passes the linter', { timeout: 60_000 }, async () => {
    const { code, output } = await house.lint()
    expect([code, output]).toEqual([0, expect.not.stringMatching(/\/Error|\[Error/)])
  })
})

describe('a house with every wall broken', () => {
  let house: HouseCopy
  let types: Outcome
  let lint: Outcome
  beforeAll(async () => {
    house = await createHouseCopy()
    await house.write({
      ...sound,
      ...foreignImports,
      ...Object.fromEntries(lintWalls.map(([, path, text]) => [path, text])),
      ...helpers,
    })
    types = await house.types()
    lint = await house.lint()
  }, 60_000)
  afterAll(() => house.close())

  test('fails both checkers', () => expect([types.code === 0, lint.code === 0]).toEqual([false, false]))

  test.each(foreign)('the compiler stops a type of another room: %s -> %s', (room, other) => {
    expect(linesOf(types, `${room}/types-of-${flat(other)}.ts`)).toContain('TS6307')
  })

  test.each(foreign)('the compiler stops a value of another room: %s -> %s', (room, other) => {
    expect(linesOf(types, `${room}/value-of-${flat(other)}.ts`)).toContain('TS6307')
  })

  test.each(foreign)('the linter says what to do: %s -> %s', (room, other) => {
    expect(linesOf(lint, `${room}/types-of-${flat(other)}.ts`)).toContain(`${room} may import`)
  })

  test.each(lintWalls)('the linter stops %s', (_what, path, _text, says) => {
    expect(linesOf(lint, path)).toContain(says)
  })
})

describe('a house whose files use what their platform lacks', () => {
  let house: HouseCopy
  let types: Outcome
  beforeAll(async () => {
    house = await createHouseCopy()
    await house.write(wrongPlatform)
    types = await house.types()
  }, 60_000)
  afterAll(() => house.close())

  test.each(Object.keys(wrongPlatform))('the compiler stops what the platform lacks: %s', (path) => {
    expect(linesOf(types, path)).toMatch(/TS(2304|2307|2552|2580|2584|2591|2792|2882)/)
  })
})

const linesOf = ({ output }: Outcome, path: string): string =>
  output
    .split('\n')
    .filter((line) => line.startsWith(path))
    .join('\n')

const foreignImports = Object.fromEntries(
  foreign.flatMap(([room, other]) => [
    [
      // One target for each importer: the compiler reports a foreign file once, at its first import.
      `${other}/${flat(room)}-must-not-see-type.ts`,
      `export type Hidden = 'hidden'\n`,
    ],
    [`${other}/${flat(room)}-must-not-see.ts`, `export const hidden = 'hidden'\n`],
    [
      `${room}/types-of-${flat(other)}.ts`,
      `import type { Hidden } from '#${other}/${flat(room)}-must-not-see-type.ts'\nexport type Seen = Hidden\n`,
    ],
    [
      `${room}/value-of-${flat(other)}.ts`,
      `import { hidden } from '#${other}/${flat(room)}-must-not-see.ts'\nexport const seen = hidden\n`,
    ],
  ]),
)

const wrongPlatform: Readonly<Record<string, string>> = {
  'shared/uses-dom.ts': 'export const title = document.title\n',
  'shared/uses-timer.ts': 'setTimeout(() => undefined, 1)\n',
  'shared/uses-node.ts': "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n",
  'sync/core/uses-dom.ts': 'export const title = document.title\n',
  'sync/core/uses-process.ts': 'export const pid = process.pid\n',
  'sync/server/uses-dom.ts': 'export const title = document.title\n',
  'sync/client/uses-node.ts': "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n",
  'server/uses-dom.ts': 'export const title = document.title\n',
  'agent-runner/uses-dom.ts': 'export const title = document.title\n',
  'cli/uses-dom.ts': 'export const title = document.title\n',
  'web/uses-process.ts': 'export const pid = process.pid\n',
  'web/uses-node.ts': "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n",
}

/** What is broken, the file, its text, and words of the linter's message. */
const lintWalls: readonly (readonly [string, string, string, string])[] = [
  [
    'a relative path into another room',
    'server/lint/relative.ts',
    "import type { Sound } from '../../shared/sound.ts'\nexport type T = Sound\n",
    'by "#shared/sound.ts"',
  ],
  [
    'a relative path between the rooms of sync',
    'sync/server/lint/relative.ts',
    "import type { Sound } from '../../core/sound.ts'\nexport type T = Sound\n",
    'by "#sync/core/sound.ts"',
  ],
  [
    '# inside a room',
    'server/lint/own.ts',
    "import type { Sound } from '#server/sound.ts'\nexport type T = Sound\n",
    'Inside a room',
  ],
  [
    'import() of a type',
    'agent-runner/lint/import-type.ts',
    "export type T = import('#server/sound.ts').Sound\n",
    'agent-runner may import',
  ],
  [
    'import() of a value',
    'agent-runner/lint/import-value.ts',
    "export const load = () => import('#server/sound.ts')\n",
    'agent-runner may import',
  ],
  ['a re-export from another room', 'cli/lint/export.ts', "export * from '#server/sound.ts'\n", 'cli may import'],
  [
    'a feature that imports a feature',
    'web/features/runs/a.ts',
    "import type { B } from '../plans/b.ts'\nexport type A = B\n",
    'A feature imports no other feature',
  ],
  [
    'ui that imports a feature',
    'web/ui/c.ts',
    "import type { B } from '../features/plans/b.ts'\nexport type C = B\n",
    'web/ui may import',
  ],
  [
    'state that imports ui',
    'web/state/d.ts',
    "import type { C } from '../ui/c.ts'\nexport type D = C\n",
    'web/state may import',
  ],
  [
    'a built-in module without node:',
    'server/lint/prefix.ts',
    "import { readFileSync } from 'fs'\nexport const read = readFileSync\n",
    'prefer-node-protocol',
  ],
  [
    'Node in shared',
    'shared/lint/node.ts',
    "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n",
    'shared also runs without Node',
  ],
  [
    'Node in sync/core',
    'sync/core/lint/node.ts',
    "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n",
    'sync/core also runs without Node',
  ],
  [
    'Node in web',
    'web/ui/node.ts',
    "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n",
    'web also runs without Node',
  ],
  [
    'a library in shared that is not pure',
    'shared/lint/library.ts',
    "import pg from 'pg'\nexport const pool = pg\n",
    'shared is pure',
  ],
  ['a Node library in web', 'web/ui/library.ts', "import pg from 'pg'\nexport const pool = pg\n", 'needs Node'],
  [
    'a browser library in the server',
    'server/lint/library.ts',
    "import { get } from 'idb-keyval'\nexport const read = get\n",
    'needs a browser',
  ],
  ['the clock in shared', 'shared/lint/clock.ts', 'export const at = () => Date.now()\n', 'Date.now in shared'],
  [
    'the clock by new Date()',
    'sync/core/lint/clock.ts',
    'export const at = () => new Date()\n',
    'new Date() in sync/core',
  ],
  [
    'randomness in sync/core',
    'sync/core/lint/random.ts',
    'export const dice = () => Math.random()\n',
    'Math.random in sync/core',
  ],
  [
    'the environment outside the settings',
    'server/lint/env.ts',
    "export const home = process.env['HOME']\n",
    'no-process-env',
  ],
  [
    'a cycle',
    'server/lint/cycle-a.ts',
    "import { b } from './cycle-b.ts'\nexport const a = (): number => b() + 1\n",
    'no-cycle',
  ],
  [
    'a cycle of types',
    'server/lint/types-a.ts',
    "import type { B } from './types-b.ts'\nexport type A = { readonly b?: B }\n",
    'no-cycle',
  ],
  ['any', 'server/lint/any.ts', 'export const x = (y: any): unknown => y\n', 'no-explicit-any'],
  ['!', 'server/lint/bang.ts', 'export const x = (y: string | undefined): string => y!\n', 'no-non-null-assertion'],
  ['a default export', 'server/lint/default.ts', 'export default function x() {}\n', 'no-default-export'],
  [
    'a promise that nobody awaits',
    'server/lint/floating.ts',
    'export const x = (y: () => Promise<void>): void => {\n  y()\n}\n',
    'no-floating-promises',
  ],
  [
    'destructured props',
    'web/ui/props.tsx',
    'export const P = (props: { x: string }) => {\n  const { x } = props\n  return <p>{x}</p>\n}\n',
    'solid(reactivity)',
  ],
  [
    'an early return in a component',
    'web/ui/early.tsx',
    'export const P = (props: { x: string }) => {\n  if (props.x) return <p>1</p>\n  return <p>2</p>\n}\n',
    'solid(components-return-once)',
  ],
  [
    'a picture without words',
    'web/ui/picture.tsx',
    'export const P = () => <img src="x.png" />\n',
    'jsx-a11y(alt-text)',
  ],
]

const helpers: Readonly<Record<string, string>> = {
  'web/features/plans/b.ts': "export type B = 'b'\n",
  'server/lint/cycle-b.ts': "import { a } from './cycle-a.ts'\nexport const b = (): number => a() + 1\n",
  'server/lint/types-b.ts': "import type { A } from './types-a.ts'\nexport type B = { readonly a?: A }\n",
}
