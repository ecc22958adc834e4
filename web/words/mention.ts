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
    ours: 'Drover',
    harness: 'Agent',
  },
  folder: 'folder',
  exit: (code: number) => `exit ${code}`,
} as const
