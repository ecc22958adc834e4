import type { LeftOutReason, Snapshot } from '#shared/domain/snapshot.ts'
import type { SnapshotSummary } from '#shared/domain/snapshot-summary.ts'
import { count } from './count.ts'
import { bytesWords } from './run.ts'

/** Words of a run's saved workspace. */
export const snapshotWords = {
  title: 'Workspace',
  saved: ({ changed, bytes }: Pick<SnapshotSummary, 'changed' | 'bytes'>) =>
    `saved, ${count(changed, 'file')}, ${bytesWords(bytes)}`,
  off: 'not kept',
  offText:
    'This run was started so that nothing of its workspace is kept at the server. A follow-up needs the machine that it was on.',
  older: (turn: number) => (turn === 0 ? 'Saved as it was handed off.' : `Saved after turn ${turn}.`),
  same: (host: string) => `A follow-up goes on in the same workspace, on ${host}.`,
  away: (host: string) =>
    `${host} is away. After a minute a follow-up goes on at another machine, which brings this workspace back.`,
  open: 'See files, continue locally',

  dialog: 'Saved workspace',
  dialogText:
    'The files as the agent left them, against the commits that the run started from. Files that git ignores are not in it.',
  continueTitle: 'Continue locally',
  continueText: 'In a checkout of the repository. Changes of your own there stay as they are.',
  command: (runId: string) => `drover continue ${runId}`,
  copyCommand: 'Copy command',
  signIn: 'The first time, sign the command in: Settings, Devices, “Sign in the command line”.',
  files: (changed: number) => (changed === 0 ? 'No file is changed' : `${count(changed, 'file')} changed`),
  more: (many: number) => `and ${many} more`,
  status: { added: 'added', modified: 'changed', deleted: 'deleted', renamed: 'renamed' } satisfies Record<
    Snapshot['shown'][number]['status'],
    string
  >,
  leftOut: (many: number) => `${count(many, 'thing')} left out`,
  why: {
    ignored: 'ignored by a rule of the run’s own',
    unreadable: 'can’t be read',
    too_large: 'too large',
    reserved: 'a name that only git may have',
    outside: 'a repository outside of the workspace',
    missing: 'not there',
    commits: 'its new commits could not be read',
    not_declared: 'not declared',
  } satisfies Record<LeftOutReason, string>,
  download: 'Download as a patch',
}
