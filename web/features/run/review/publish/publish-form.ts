import { z } from 'zod'
import { BranchName } from '#shared/domain/branch-name.ts'
import {
  messageLimit,
  publishFilesLimit,
  PublishStep,
  pullBodyLimit,
  pullTitleLimit,
  type PublishFile,
} from '#shared/domain/run-publish.ts'
import type { Run } from '#shared/domain/run.ts'
import type { FileChange } from '#shared/domain/transcript.ts'
import type { PublishRunArgs } from '#sync/core/mutators/publish-run.ts'
import { publishWords as words } from '../../../../words/publish.ts'

/** What is filled in, kept on the device until it is sent. */
export const PublishForm = z.object({
  until: PublishStep,
  message: z.string().max(messageLimit * 2),
  which: z.enum(['all', 'accepted']),
  branch: z.string().max(500),
  title: z.string().max(pullTitleLimit * 4),
  body: z.string().max(pullBodyLimit * 2),
  base: z.string().max(500),
  draft: z.boolean(),
})
export type PublishForm = z.infer<typeof PublishForm>

export function firstForm(
  run: Pick<Run, 'title'>,
  { link, summary, branch }: { link: string; summary: string; branch: string },
): PublishForm {
  const said = summary.trim()
  const end = words.bodyEnd(link)
  return {
    until: 'pull_request',
    message: run.title,
    which: 'all',
    branch,
    title: run.title.slice(0, pullTitleLimit),
    body: said === '' ? end : `${said.slice(0, pullBodyLimit - end.length - 2)}\n\n${end}`,
    base: '',
    draft: false,
  }
}

export type FormProblem = Partial<Record<'message' | 'branch' | 'title' | 'base', string>>

export function problemsOf(form: PublishForm): FormProblem {
  const pushes = form.until !== 'commit'
  const opens = form.until === 'pull_request'
  return {
    ...(form.message.trim() === '' ? { message: words.messageEmpty } : {}),
    ...(pushes && !BranchName.safeParse(form.branch.trim()).success ? { branch: words.branchWrong } : {}),
    ...(opens && form.title.trim() === '' ? { title: words.pullTitleEmpty } : {}),
    ...(opens && form.base.trim() !== '' && !BranchName.safeParse(form.base.trim()).success
      ? { base: words.branchWrong }
      : {}),
  }
}

/** A renamed file is its old name, which goes, and its new one. */
export function publishFiles(files: readonly FileChange[]): PublishFile[] {
  return files
    .flatMap((file): PublishFile[] => [
      { path: file.path, ...(file.status === 'deleted' || file.after === undefined ? {} : { after: file.after.id }) },
      ...(file.status === 'renamed' && file.oldPath !== undefined ? [{ path: file.oldPath }] : []),
    ])
    .slice(0, publishFilesLimit)
}

export function orderOf(
  form: PublishForm,
  { link, accepted, usualBranch }: { link: string; accepted: readonly FileChange[]; usualBranch: string },
): Omit<PublishRunArgs, 'runId' | 'publishId' | 'deliveryId'> {
  const base = form.base.trim()
  return {
    until: form.until,
    message: form.message.trim(),
    branch: form.until === 'commit' ? usualBranch : form.branch.trim(),
    link,
    ...(form.which === 'accepted' ? { files: publishFiles(accepted) } : {}),
    ...(form.until === 'pull_request'
      ? {
          pullRequest: {
            title: form.title.trim(),
            body: form.body,
            draft: form.draft,
            ...(base === '' ? {} : { base }),
          },
        }
      : {}),
  }
}
