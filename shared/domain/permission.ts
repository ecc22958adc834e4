import { z } from 'zod'
import { BlobHash, PermissionId, ProfileId, RunId, UserId } from '../ids.ts'
import { Refusal } from '../refusal.ts'
import { IntentState } from './run.ts'

/** What one part of a command does, worked out by the runner from the parsed command. */
export const CommandEffect = z.object({
  /** The exact slice of the command, control characters made visible. */
  text: z.string().max(2000),
  /** One sentence; "Drover can't tell what this changes." where it is not known. */
  summary: z.string().max(400),
  risk: z.enum(['reads', 'writes', 'deletes', 'network', 'runs', 'unknown']),
  danger: z.boolean(),
})
export type CommandEffect = z.infer<typeof CommandEffect>

export const PermissionSubject = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    /** Exactly what will run. Over 8,000 characters it is cut here and stands whole in `blob`. */
    command: z.string().max(8000),
    cwd: z.string().max(1000).optional(),
    blob: BlobHash.optional(),
    effects: z.array(CommandEffect).max(60),
  }),
  z.object({
    kind: z.literal('edit'),
    files: z
      .array(
        z.object({
          path: z.string().max(1000),
          added: z.number().int(),
          removed: z.number().int(),
          /** Unified diff, when it fits. */
          patch: z.string().max(12_000).optional(),
          blob: BlobHash.optional(),
        }),
      )
      .max(50),
  }),
  z.object({ kind: z.literal('tool'), tool: z.string().max(200), input: z.string().max(8000).optional() }),
  /** A step failed, or the run's money is spent; the options say what can be chosen. */
  z.object({
    kind: z.literal('question'),
    question: z.string().max(4000),
    /** The run has come to its limit; whoever lets it go on raises that by `moreUsd`. */
    budget: z
      .object({
        spentUsd: z.number().nonnegative(),
        limitUsd: z.number().nonnegative(),
        moreUsd: z.number().positive(),
      })
      .optional(),
  }),
])
export type PermissionSubject = z.infer<typeof PermissionSubject>

export const SubjectKind = z.enum(['command', 'edit', 'tool', 'question']) satisfies z.ZodType<
  PermissionSubject['kind']
>
export type SubjectKind = z.infer<typeof SubjectKind>

/** A choice the harness offered, kept so that exactly it can be given back. */
export const PermissionOption = z.object({
  optionId: z.string().max(200),
  kind: z.enum(['allow_once', 'allow_always', 'reject_once', 'reject_always']),
  name: z.string().max(200),
})
export type PermissionOption = z.infer<typeof PermissionOption>

/** The longest message with a denial, in UTF-16 units. */
export const denyMessageLimit = 4000

export const answerKinds = ['allow_once', 'allow_similar', 'deny', 'option'] as const
export const PermissionAnswer = z.object({
  kind: z.enum(answerKinds),
  /** With `option`: which of the harness's own choices. */
  optionId: z.string().max(200).optional(),
  /** With `deny`: what the agent is told. */
  message: z.string().max(denyMessageLimit).optional(),
})
export type PermissionAnswer = z.infer<typeof PermissionAnswer>

/** What the runner asks; immutable. `digest` is the SHA-256 of everything that is shown. */
export const PermissionRequest = z.object({
  id: PermissionId,
  runId: RunId,
  turn: z.number().int().positive(),
  toolCallId: z.string().max(200).optional(),
  /** Who asks: the harness's name. */
  agent: z.string().max(60),
  title: z.string().max(300),
  subject: PermissionSubject,
  /** Why it asks: the rule or setting, in words. */
  reason: z.string().max(400),
  /** The profile that it is asked under, and what would have let it through. Absent: the runner is older. */
  profile: z
    .object({
      id: ProfileId,
      name: z.string().max(60),
      allow: z
        .object({ list: z.enum(['commandAllow', 'mcpAllow']), entries: z.array(z.string().max(300)).min(1).max(5) })
        .optional(),
    })
    .optional(),
  /** The pattern that "Allow similar in this run" would allow; absent: the choice is not offered. */
  similar: z.string().max(600).optional(),
  options: z.array(PermissionOption).max(12),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  askedAt: z.number(),
  expiresAt: z.number().optional(),
})
export type PermissionRequest = z.infer<typeof PermissionRequest>

/** A question that nobody had to answer any more, since the run's profile did: it was switched, or the time for answers was over. */
export const ProfileRuling = z.object({
  decision: z.enum(['allow', 'deny']),
  /** Its name. */
  profile: z.string().max(60),
})
export type ProfileRuling = z.infer<typeof ProfileRuling>

/** The synced row, key `permission/<runId>/<id>`. */
export const Permission = z.object({
  request: PermissionRequest,
  state: z.enum(['open', 'answered', 'lapsed']),
  answer: PermissionAnswer.optional(),
  answeredBy: UserId.optional(),
  answeredAt: z.number().optional(),
  /** Of a lapsed one that the run's profile answered. */
  ruled: ProfileRuling.optional(),
  /** Where the answer stands on its way to the runner. */
  delivery: IntentState.optional(),
  refusal: Refusal.optional(),
})
export type Permission = z.infer<typeof Permission>

export function isDangerous(subject: PermissionSubject): boolean {
  return subject.kind === 'command' && subject.effects.some((effect) => effect.danger)
}

/**
 * Whether it may be allowed where nothing but `askLine` is read: that line is the whole of the command, and what each part does is
 * known and can be undone. Of edits and tools a line shows only names.
 */
export function isAllowedAtAGlance(subject: PermissionSubject): boolean {
  return (
    subject.kind === 'command' &&
    subject.blob === undefined &&
    commandLine(subject.command) === subject.command &&
    subject.effects.length > 0 &&
    subject.effects.every((effect) => !effect.danger && effect.risk !== 'unknown')
  )
}

/** One line for lists and notifications: never a summary of the command, only the command itself, cut. */
export function askLine(request: Pick<PermissionRequest, 'subject' | 'title'>): string {
  switch (request.subject.kind) {
    case 'command':
      return commandLine(request.subject.command)
    case 'edit':
      return cut(request.subject.files.map((file) => file.path).join(', '))
    case 'tool':
      return cut(request.subject.tool)
    case 'question':
      return cut(request.subject.question)
  }
}

/** A command as `askLine` has it. */
export function commandLine(command: string): string {
  return cut(command.split('\n').join(' ⏎ '))
}

function cut(text: string): string {
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}
