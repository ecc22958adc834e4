/** Words of signing the `drover` command in. */
export const commandWords = {
  open: 'Sign in the command line',
  title: 'Sign in the command line',
  text: 'Enter this in a terminal within five minutes. The command then acts as you: it hands a checkout to a run, and brings a run into a checkout.',
  command: (link: string) => `drover login '${link}'`,
  copy: 'Copy command',
  trust:
    'Show it to nobody: whoever enters it first acts as you. The command stands in this list afterwards, where you can sign it out.',
  ended: 'This command has ended. Nobody used it.',
} as const
