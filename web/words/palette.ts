import { count } from './count.ts'

/** Words of the command palette, and of what can be done from it anywhere. */
export const paletteWords = {
  title: 'Find a run, a plan, a page or an action',
  open: 'Find',
  holder: 'Find a run, a plan, a page or an action',
  group: {
    recent: 'Opened last',
    here: 'On this page',
    pages: 'Go to',
    app: 'Anywhere',
    runs: 'Runs',
    plans: 'Plans',
    said: 'In transcripts on this device',
  },
  results: 'What was found',
  found: (hits: number) => count(hits, 'result'),
  none: (find: string) =>
    `Nothing here is called “${find}”. No run has it in its title or prompt, no plan in its title, and no transcript on this device says it.`,
  keys: 'Show the keys',
  keysAlso: 'shortcuts keyboard help',
  lettersOff: 'Turn single-letter keys off',
  lettersOn: 'Turn single-letter keys on',
  outbox: 'Open the outbox',
  outboxAlso: 'waiting not sent refused offline sync',
  check: 'Check for news',
  checkAlso: 'refresh reload sync pull update',
  update: 'Reload into the newer Drover',
  signOut: 'Sign out…',
  signOutAlso: 'log out leave',
} as const
