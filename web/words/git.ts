/** Words for what the commits of a person carry. */
export const gitWords = {
  title: 'Commits',
  text: 'Who your commits are by, and those of agents that work for you. Everybody who can read a repository can read it.',
  name: 'Name in commits',
  nameHint: (name: string) => `Empty: ${name}.`,
  nameWrong: 'A name without < and >, of at most 100 characters.',
  email: 'Email in commits',
  emailHint: (hidden: string) =>
    `Empty: ${hidden}, where no mail arrives. With an address that your Git host knows, it shows commits as yours.`,
  emailWrong: 'This is no email address.',
  useOwn: 'Take my account’s',
} as const
