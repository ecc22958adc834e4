import type { CommandEffect, PermissionOption, PermissionSubject } from '#shared/domain/permission.ts'
import type { AcpSession } from '../harness/acp-session.ts'
import { HarnessError } from '../harness/acp-session.ts'
import type { PermissionParams, PromptAnswer } from '../harness/acp-shapes.ts'
import { commandOf, contentPatches, contentText, objectOf } from '../harness/tool-content.ts'
import type { HarnessDeclaration } from '../harness/declaration.ts'
import type { Translator } from '../harness/translator.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Judge } from './judge.ts'
import type { Permissions } from './permissions.ts'
import { cut, type Transcript } from './transcript.ts'
import { TurnEnded, type TurnEnd } from './turn-end.ts'

/** Times of the watch over a harness that works on a prompt, in milliseconds. */
export interface WatchTimes {
  /** Silence after which the transcript says so. */
  quietMs: number
  /** Silence after which the run ends. Not counted while a tool works or a question is open. */
  hungMs: number
}

/** Sends a prompt and watches the harness until it answers. @throws HarnessError */
export async function promptWatched({
  session,
  text,
  translator,
  permissions,
  transcript,
  harnessName,
  times,
}: {
  session: AcpSession
  text: string
  translator: Translator
  permissions: Permissions
  transcript: Transcript
  harnessName: string
  times: WatchTimes
}): Promise<PromptAnswer> {
  const { promise: hung, reject } = Promise.withResolvers<never>()
  let since = performance.now()
  let told = false
  const timer = setInterval(
    () => {
      const now = performance.now()
      if (permissions.open() > 0 || translator.busy()) since = now
      const silent = now - Math.max(since, session.lastTrafficAt())
      if (silent < times.quietMs) told = false
      else if (!told) {
        told = true
        transcript.notice(
          'warning',
          `${harnessName} has not answered for ${Math.round(silent / 1000)} seconds. You can wait, or stop the run.`,
        )
      }
      if (silent >= times.hungMs) {
        reject(
          new HarnessError(
            'harness_hung',
            `${harnessName} did not answer for ${Math.round(silent / 1000)} seconds.`,
            session.stderrTail(),
          ),
        )
      }
    },
    Math.min(5000, Math.max(20, times.quietMs / 4)),
  )
  try {
    return await Promise.race([session.prompt(text), hung])
  } finally {
    clearInterval(timer)
  }
}

/** What the harness's stop reason means for the run. */
export function endOfPrompt(answer: PromptAnswer, harnessName: string): TurnEnd {
  const told = objectOf(answer._meta?.['drover/outcome'])
  const code = told?.['code']
  if ((code === 'step_failed' || code === 'model_limit') && typeof told?.['text'] === 'string') {
    return { event: 'fail', reason: { code, text: cut(told['text'], 600), retryable: true } }
  }
  switch (answer.stopReason) {
    case 'end_turn':
      return { event: 'succeed' }
    case 'refusal':
      return {
        event: 'fail',
        reason: { code: 'harness_refused', text: `${harnessName} refused to go on.`, retryable: false },
      }
    case 'max_tokens':
      return {
        event: 'fail',
        reason: { code: 'model_limit', text: `${harnessName} reached the model's limit of tokens.`, retryable: true },
      }
    case 'max_turn_requests':
      return {
        event: 'fail',
        reason: {
          code: 'model_limit',
          text: `${harnessName} reached its limit of model calls in one turn.`,
          retryable: true,
        },
      }
    case 'cancelled':
      return {
        event: 'fail',
        reason: { code: 'harness_refused', text: `${harnessName} ended its turn by itself.`, retryable: true },
      }
    default:
      return { event: 'succeed', reason: { text: cut(`${harnessName} stopped: ${answer.stopReason}`, 600) } }
  }
}

/** Patches that a question carries itself, together; it is one event, see `maxEventBytes`. */
const shownPatchBytes = 400_000

export interface PermissionDesk {
  /** Answers a harness's request: by the run's rules where they allow it, else by a person. */
  decide(params: PermissionParams, signal: AbortSignal): Promise<{ optionId: string; message?: string } | undefined>
  /** What people said with denials and the harness could not hear. Taken once. */
  takeUnheard(): string[]
}

export function createPermissionDesk(deps: {
  declaration: HarnessDeclaration
  permissions: () => Permissions
  translator: () => Translator
  judge: () => Judge
  blobs: BlobStore
  /** Patterns that were allowed for this run. */
  similar: () => readonly string[]
  allowSimilar: (patterns: readonly string[]) => void
  relative: (path: string) => string
  cwd: () => string
}): PermissionDesk {
  const { declaration } = deps
  let unheard: string[] = []

  async function decide(
    told: PermissionParams,
    signal: AbortSignal,
  ): Promise<{ optionId: string; message?: string } | undefined> {
    const { dialect } = declaration.quirks
    const params = dialect === undefined ? told : { ...told, toolCall: dialect(told.toolCall, deps.cwd()) }
    const options = params.options.map(({ optionId, name, kind }): PermissionOption => ({
      optionId,
      name: cut(name, 200),
      kind,
    }))
    const question = objectOf(params._meta?.['drover/question'])
    const command = commandOf(params.toolCall)
    const isQuestion = typeof question?.['text'] === 'string'
    // A question of its own is only its card; what asks about a tool call shows that call.
    if (!isQuestion) deps.translator().tool(params.toolCall)
    const view =
      command === undefined || isQuestion
        ? undefined
        : await deps.judge().look({ text: command, ...surroundingsOf(params.toolCall) }, deps.similar(), signal)
    const allow =
      options.find((option) => option.kind === 'allow_once') ?? options.find((option) => option.kind === 'allow_always')
    if (view?.allow === true && declaration.quirks.rulesApply && allow !== undefined)
      return { optionId: allow.optionId }

    const subject = await subjectOf(
      params,
      { command, effects: view?.effects ?? [], cwd: surroundingsOf(params.toolCall).cwd ?? deps.cwd() },
      typeof question?.['text'] === 'string' ? question['text'] : undefined,
    )
    const similar = view?.similar
    const outcome = await deps.permissions().ask(
      {
        title: titleOf(subject, params, declaration.name),
        subject,
        reason:
          view?.reason ??
          (isQuestion
            ? 'A step failed, and how to go on is yours to decide.'
            : `${declaration.name} asks before it does this.`),
        options,
        toolCallId: params.toolCall.toolCallId,
        similar: similar?.shown,
      },
      signal,
    )
    if (outcome.kind === 'lapsed') return undefined
    deps.translator().answered(params.toolCall.toolCallId)
    if (outcome.option?.kind.startsWith('allow') !== true) deps.translator().denied(params.toolCall.toolCallId)
    if (outcome.answer.kind === 'allow_similar' && similar !== undefined) deps.allowSimilar(similar.patterns)
    const message = outcome.answer.message?.trim()
    const said = message === undefined || message === '' ? undefined : message
    if (said !== undefined && !declaration.quirks.hearsDenials) unheard.push(said)
    if (outcome.option === undefined) return undefined
    return { optionId: outcome.option.optionId, ...(said === undefined ? {} : { message: said }) }
  }

  async function subjectOf(
    params: PermissionParams,
    { command, effects, cwd }: { command: string | undefined; effects: CommandEffect[]; cwd: string },
    question: string | undefined,
  ): Promise<PermissionSubject> {
    if (question !== undefined) return { kind: 'question', question: cut(question, 4000) }
    if (command !== undefined) {
      const blob = command.length > 8000 ? await stored(command) : undefined
      return {
        kind: 'command',
        command: command.length > 8000 ? command.slice(0, 8000).toWellFormed() : command,
        cwd: cut(cwd, 1000),
        ...(blob === undefined ? {} : { blob }),
        effects,
      }
    }
    const { toolCall } = params
    // Codex shows a change before it asks about it, and not again.
    const told = deps.translator().told(toolCall.toolCallId)
    const asked = contentPatches(toolCall.content, deps.relative)
    const patches = asked.length > 0 ? asked : contentPatches(told?.diffs, deps.relative)
    if (patches.length > 0) {
      let room = shownPatchBytes
      const files = patches.slice(0, 50).map(async ({ path, added, removed, patch }) => {
        const file = { path, added, removed }
        if (patch === undefined) return file
        const bytes = Buffer.byteLength(JSON.stringify(patch))
        if (patch.length <= 12_000 && bytes <= room) {
          room -= bytes
          return { ...file, patch }
        }
        const blob = await stored(patch)
        return blob === undefined ? file : { ...file, blob }
      })
      return { kind: 'edit', files: await Promise.all(files) }
    }
    const input = toolCall.rawInput ?? contentText(toolCall.content) ?? told?.rawInput
    const shown =
      input === undefined ? undefined : cut(typeof input === 'string' ? input : JSON.stringify(input, null, 2), 8000)
    return {
      kind: 'tool',
      tool: cut(toolCall.title ?? told?.title ?? toolCall.kind ?? 'tool', 200),
      ...(shown === undefined ? {} : { input: shown }),
    }
  }

  /** A card must not wait for ever for its long text. */
  function stored(text: string): ReturnType<BlobStore['put']> {
    const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 5000))
    return Promise.race([deps.blobs.put(Buffer.from(text)), late])
  }

  return {
    decide,
    takeUnheard: () => {
      const taken = unheard
      unheard = []
      return taken
    },
  }
}

/** Where a command runs and what its shell went through, where the harness tells it. */
function surroundingsOf(toolCall: PermissionParams['toolCall']): {
  cwd: string | undefined
  changedVariables: string[]
} {
  const input = objectOf(toolCall.rawInput)
  const cwd = input?.['cwd'] ?? input?.['workdir']
  const changed = input?.['changedVariables']
  return {
    cwd: typeof cwd === 'string' && cwd.startsWith('/') ? cwd : undefined,
    changedVariables: Array.isArray(changed) ? changed.filter((name) => typeof name === 'string') : [],
  }
}

function titleOf(subject: PermissionSubject, params: PermissionParams, harnessName: string): string {
  switch (subject.kind) {
    case 'command':
      return `${harnessName} wants to run a command`
    case 'edit':
      return subject.files.length === 1
        ? `${harnessName} wants to change ${subject.files[0]?.path ?? 'a file'}`
        : `${harnessName} wants to change ${subject.files.length} files`
    case 'tool':
      return `${harnessName} wants to use ${subject.tool}`
    case 'question':
      return params.toolCall.title ?? `${harnessName} asks how to go on`
  }
}

/** Ends the turn from inside it. */
export function endTurn(end: TurnEnd): never {
  throw new TurnEnded(end)
}
