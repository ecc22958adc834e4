/** Words where `@` or `/` is typed in a message. */
export const mentionWords = {
  label: 'Mention',
  none: 'Nothing is called that.',
  slash: 'Commands',
  groups: {
    plans: 'Plans',
    files: 'Files',
    runs: 'Runs',
    commands: 'Commands of this run',
    pages: 'Pages',
    ours: 'Drover',
    harness: 'Agent',
  },
  readPage: 'read once and sent along',
  folder: 'folder',
  exit: (code: number) => `exit ${code}`,
} as const
