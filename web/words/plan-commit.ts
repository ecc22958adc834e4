import { numbers } from './count.ts'

/** Words of committing a plan's text to a repository. */
export const planCommitWords = {
  open: 'Commit to a repository…',
  dialogTitle: 'Commit this plan',
  text: 'A run writes the text as it is when you start it to a file, commits that file alone, shows the commit, and pushes the branch where it can. The next page asks which repository, and where.',
  path: 'File',
  pathHint: 'Within the repository.',
  pathWrong: 'Write a path within the repository: no “..”, nothing of “.git”, no “/” at its start or end.',
  branch: 'Branch',
  branchHint: 'It is made if it is not there; the commit goes on top of it if it is.',
  branchWrong: 'A branch’s name has no spaces and no “..”, “~”, “^” or “:”.',
  message: 'Message',
  messageWrong: 'Write what the commit says, in up to 2,000 characters of plain text.',
  next: 'Choose a repository',
  defaultPath: (slug: string) => `docs/plans/${slug}.md`,
  defaultBranch: (slug: string) => `plan/${slug}`,
  defaultMessage: (title: string) => `plan: ${title}`,
  /** The run, in the list and under the outline. */
  title: (title: string) => `Commit “${title}”`,
  run: (branch: string) => `Commit to ${branch}`,
  label: 'The plan to commit',
  where: (path: string, branch: string) => `to ${path}, on the branch ${branch}`,
  repositoryHint:
    'An address that git can clone, or the full path of a folder on the machine, whose uncommitted changes stay out.',
  fromHint: 'Where a new branch begins. Without one, the default branch.',
  wrong: 'The path, the branch or the message can’t be used. Begin again on the plan’s page.',
  empty: 'Nothing is written in this plan yet.',
  tooLong: (over: number) =>
    `This plan is ${numbers.format(over)} characters too long to be committed by a run. Download it as Markdown instead.`,
} as const
