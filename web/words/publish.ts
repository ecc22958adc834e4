import type { PublishResult, PublishStep } from '#shared/domain/run-publish.ts'
import { count } from './count.ts'
import { refusalWords } from './refusals.ts'

/** Words for committing, pushing and proposing what a run changed. */
export const publishWords = {
  open: 'Commit…',
  title: 'Commit the changes',
  text: 'The machine that has the workspace does it, also after the run’s end. What you see here is what is committed, by you. Of several repositories, each that has changes gets its own commit.',
  until: 'How far',
  steps: {
    commit: 'Commit',
    push: 'Commit and push',
    pull_request: 'Commit, push and open a pull request',
  } satisfies Record<PublishStep, string>,
  stepHints: {
    commit: 'It stays on the machine until it is pushed.',
    push: 'To a branch of its own at the repository’s host.',
    pull_request: 'A merge request at GitLab. One that is open for the branch is used.',
  } satisfies Record<PublishStep, string>,
  message: 'Commit message',
  messageHint: 'A link to this run is put below it.',
  messageEmpty: 'Say what the change is.',
  files: 'Which files',
  all: 'Everything that the run changed',
  accepted: (of: number) => `What you accepted (${count(of, 'file')})`,
  branch: 'Branch',
  branchHint: 'It is made where it is not there. Nothing on it is overwritten.',
  branchWrong: 'Git does not take this as a branch’s name.',
  pullTitle: 'Title of the pull request',
  pullTitleEmpty: 'A pull request has a title.',
  pullBody: 'Description',
  base: 'Base branch',
  baseHint: 'Empty: the one that the environment names, else the branch that the run started from.',
  draft: 'Draft',
  draftHint: 'For others to see, not to merge yet.',
  bodyEnd: (link: string) => `Made in [this run of Drover](${link}).`,
  now: {
    commit: 'Commit',
    push: 'Commit and push',
    pull_request: 'Open pull request',
  } satisfies Record<PublishStep, string>,
  strip: 'Commits and pull requests',
  told: {
    commit: 'Commit',
    push: 'Push',
    pull_request: 'Pull request',
  } satisfies Record<PublishStep, string>,
  on: (branch: string) => `on ${branch}`,
  dismiss: 'Dismiss',
  again: 'Try again…',
  result: {
    done: 'Done.',
    nothing: 'Nothing changed there.',
  } satisfies Record<Exclude<PublishResult['state'], 'refused'>, string>,
  refused: (code: string, detail: string | undefined) => {
    const facts = detail === undefined ? undefined : sentence(detail)
    switch (code) {
      case 'stale':
        return `${detail ?? 'A file'} is another by now, so nothing was committed. Look at it as it is, then try again.`
      case 'not_found':
        return detail === 'workspace'
          ? 'The workspace of this run is not kept any more.'
          : (facts ?? refusalWords(code))
      case 'protocol_too_old':
        return `${facts ?? 'The machine has an older Drover.'} Update it, then try again.`
      case 'invalid':
      case 'not_allowed':
      case 'conflict':
      case 'rate_limited':
        return facts ?? refusalWords(code)
      default:
        return refusalWords(code, detail)
    }
  },
} as const

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`
}
