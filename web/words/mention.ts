/** Words where `@` or `/` is typed in a message. */
export const mentionWords = {
  label: 'Mention',
  none: 'Nothing is called that.',
  slash: 'Commands',
  groups: {
    plans: 'Plans',
    files: 'Files',
    symbols: 'Symbols',
    runs: 'Runs',
    commands: 'Commands of this run',
    pages: 'Pages',
    ours: 'Drover',
    harness: 'Agent',
  },
  readPage: 'read once and sent along',
  folder: 'folder',
  symbol: (kind: string, path: string, line: number) => `${kind} in ${path}:${line}`,
  exit: (code: number) => `exit ${code}`,
} as const
