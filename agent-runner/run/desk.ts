import type { PermissionOption, PermissionSubject } from '#shared/domain/permission.ts'
import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import type { Action } from '#shared/permission/judge-action.ts'
import type { PermissionParams, ToolCallFields } from '../harness/acp-shapes.ts'
import { actionOf } from '../harness/action-of.ts'
import type { HarnessDeclaration } from '../harness/declaration.ts'
import { commandOf, objectOf } from '../harness/tool-content.ts'
import type { Translator } from '../harness/translator.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { AgentTerminals } from '../terminals/agent-terminals.ts'
import type { CommandView, Judge } from './judge.ts'
import type { PermissionOutcome, Permissions, Question } from './permissions.ts'
import { terminalMeta } from '../terminals/terminal-meta.ts'
import { answerOf, askedUnder, ruleOn } from './ruling.ts'
import { subjectOf, surroundingsOf, titleOf } from './subject.ts'
import { cut } from './transcript.ts'

export interface PermissionDesk {
  /** Answers a harness's request: by the run's profile where it says so, else by a person. */
  decide(params: PermissionParams, signal: AbortSignal): Promise<{ optionId: string; message?: string } | undefined>
  /** Before a file is read or written for the harness, by its own request. @throws where it may not be: the message is for the agent. */
  beforeFile(kind: 'read' | 'edit', path: string): Promise<void>
  /** What was said with denials and the harness could not hear. Taken once. */
  takeUnheard(): string[]
  /** Whether something was denied since this was last asked. */
  takeDenied(): boolean
  /** A person's next message begins. */
  beginTurn(): void
}

/** Sentences of denials that no person made, which one turn tells its agent at its end: more would be a talk between two machines. */
const ownSentences = 5
/** Files that were allowed to be written, and not yet were. */
const allowedWrites = 500

const yesAndNo: readonly PermissionOption[] = [
  { optionId: 'allow', kind: 'allow_once', name: 'Allow' },
  { optionId: 'deny', kind: 'reject_once', name: 'Deny' },
]

export function createPermissionDesk(deps: {
  declaration: Pick<HarnessDeclaration, 'name' | 'quirks'>
  permissions: () => Permissions
  translator: () => Pick<Translator, 'tool' | 'answered' | 'denied' | 'told'>
  judge: () => Judge
  blobs: BlobStore
  /** Of an agent of ours. */
  terminals: Pick<AgentTerminals, 'get' | 'isApproved' | 'approve'>
  /** What the run is worked under now; absent: it came without one. */
  profile: () => ProfileSnapshot | undefined
  /** Patterns that were allowed for this run. */
  similar: () => readonly string[]
  allowSimilar: (patterns: readonly string[]) => void
  relative: (path: string) => string
  cwd: () => string
}): PermissionDesk {
  const { declaration } = deps
  let unheard: string[] = []
  let toldDenials = new Set<string>()
  const writable = new Set<string>()
  let hasDenied = false

  async function decide(
    told: PermissionParams,
    signal: AbortSignal,
  ): Promise<{ optionId: string; message?: string } | undefined> {
    const params = { ...told, toolCall: wholeCall(told.toolCall) }
    const options = params.options.map(({ optionId, name, kind }): PermissionOption => ({
      optionId,
      name: cut(name, 200),
      kind,
    }))
    const asked = objectOf(params._meta?.['drover/question'])?.['text']
    const question = typeof asked === 'string' ? asked : undefined
    // A question of its own is only its card; what asks about a tool call shows that call.
    if (question === undefined) deps.translator().tool(told.toolCall)
    const seen = question === undefined ? await understand(params, signal) : undefined
    const rule = () => (seen === undefined ? undefined : ruleOn(seen.action, { profile: deps.profile(), declaration }))
    const ruling = rule()
    const allow = chosen(options, 'allow')
    if (ruling?.decision === 'allow' && allow !== undefined) {
      noteWritable(seen?.action)
      return { optionId: allow.optionId }
    }
    const subject = await subjectOf(
      params,
      {
        command: seen?.command,
        effects: seen?.view?.effects ?? [],
        cwd: surroundingsOf(params.toolCall).cwd ?? deps.cwd(),
      },
      { question, blobs: deps.blobs, relative: deps.relative },
    )
    const title =
      seen?.action.kind === 'terminal'
        ? `${declaration.name} wants to write to a running command`
        : titleOf(subject, params, declaration.name)
    const own = ruling === undefined ? undefined : answerOf(ruling, deps.profile())
    if (own?.decision === 'deny') {
      deps.permissions().noteDenied({ title, subject }, own)
      deps.translator().denied(params.toolCall.toolCallId)
      return denied(options, own.sentence)
    }
    const similar = seen?.view?.similar
    const outcome = await deps.permissions().ask(
      {
        title,
        subject,
        reason: ruling?.reason ?? 'A step failed, and how to go on is yours to decide.',
        options,
        toolCallId: params.toolCall.toolCallId,
        similar: similar?.shown,
        ...reconsidered(seen?.action),
      },
      signal,
    )
    if (outcome.kind === 'lapsed') return undefined
    deps.translator().answered(params.toolCall.toolCallId)
    if (!isAllowed(outcome)) {
      hasDenied = true
      deps.translator().denied(params.toolCall.toolCallId)
    }
    if (outcome.kind === 'ruled') {
      if (outcome.decision === 'deny') return denied(options, outcome.sentence)
      noteWritable(seen?.action)
      return allow === undefined ? undefined : { optionId: allow.optionId }
    }
    if (outcome.answer.kind === 'allow_similar' && similar !== undefined) deps.allowSimilar(similar.patterns)
    if (isAllowed(outcome)) {
      noteWritable(seen?.action)
      const terminal = terminalOf(params)
      if (terminal !== undefined) deps.terminals.approve(terminal)
    }
    const message = outcome.answer.message?.trim()
    const said = message === undefined || message === '' ? undefined : message
    if (said !== undefined && !declaration.quirks.hearsDenials) unheard.push(said)
    if (outcome.option === undefined) return undefined
    return { optionId: outcome.option.optionId, ...(said === undefined ? {} : { message: said }) }
  }

  /** As the others would ask, and with what was told of the call before: Codex shows a change before it asks about it, and not again. */
  function wholeCall(given: ToolCallFields): ToolCallFields {
    const call = declaration.quirks.dialect?.(given, deps.cwd()) ?? given
    const before = deps.translator().told(call.toolCallId)
    if (before === undefined) return call
    const parts = call.content ?? []
    const isShown = parts.some(({ type }) => type === 'diff') || before.diffs.length === 0
    return {
      ...call,
      content: isShown ? call.content : [...parts, ...before.diffs],
      title: call.title ?? before.title,
      rawInput: call.rawInput ?? before.rawInput,
    }
  }

  async function understand(
    params: PermissionParams,
    signal: AbortSignal,
  ): Promise<{ action: Action; command?: string; view?: CommandView }> {
    const { toolCall } = params
    const terminal = terminalOf(params)
    if (terminal !== undefined) return { action: { kind: 'terminal', approved: deps.terminals.isApproved(terminal) } }
    const tool = actionOf(toolCall)
    const command = tool.kind === 'mcp' || tool.kind === 'plan' ? undefined : commandOf(toolCall)
    if (command !== undefined) {
      const view = await deps.judge().look({ text: command, ...surroundingsOf(toolCall) }, deps.similar(), signal)
      return { action: view.action, command, view }
    }
    switch (tool.kind) {
      case 'edit':
        return { action: { kind: 'edit', files: await deps.judge().files(tool.paths), deletes: tool.deletes } }
      case 'read':
        return { action: { kind: 'read', files: await deps.judge().files(tool.paths) } }
      default:
        return { action: tool }
    }
  }

  /** Which of our agent's terminals it wants to write to. Another agent has none, whatever it says. */
  function terminalOf({ _meta }: PermissionParams): string | undefined {
    const name = _meta?.[terminalMeta]
    return typeof name === 'string' && deps.terminals.get(name) !== undefined ? name : undefined
  }

  /** A question stands under the profile that the run has by then. */
  function reconsidered(action: Action | undefined): Pick<Question, 'profile' | 'reconsider' | 'expiresAfterMs'> {
    if (action === undefined) return {}
    return {
      ...askedUnder(deps.profile(), action),
      reconsider: () => answerOf(ruleOn(action, { profile: deps.profile(), declaration }), deps.profile()),
    }
  }

  function denied(
    options: readonly PermissionOption[],
    sentence: string,
  ): { optionId: string; message: string } | undefined {
    hasDenied = true
    if (!declaration.quirks.hearsDenials && !toldDenials.has(sentence) && toldDenials.size < ownSentences) {
      toldDenials.add(sentence)
      unheard.push(sentence)
    }
    const reject = chosen(options, 'reject')
    return reject === undefined ? undefined : { optionId: reject.optionId, message: sentence }
  }

  function noteWritable(action: Action | undefined): void {
    if (action?.kind !== 'edit') return
    for (const { path } of action.files) writable.add(path)
    for (const path of writable) {
      if (writable.size <= allowedWrites) break
      writable.delete(path)
    }
  }

  async function beforeFile(kind: 'read' | 'edit', path: string): Promise<void> {
    const profile = deps.profile()
    if (profile === undefined) return
    const files = await deps.judge().files([path])
    const [named] = files
    // What was asked about with the tool call needs no second question.
    if (kind === 'edit' && named?.where === 'inside' && writable.delete(named.path)) return
    const action: Action = { kind, files }
    const ruling = ruleOn(action, { profile, declaration })
    if (ruling.decision === 'allow') return
    const name = cut(deps.relative(path), 1000)
    const subject: PermissionSubject =
      kind === 'edit'
        ? { kind, files: [{ path: name, added: 0, removed: 0 }] }
        : { kind: 'tool', tool: 'Read a file', input: name }
    const title = `${declaration.name} wants to ${kind === 'edit' ? 'write' : 'read'} ${name}`
    const own = answerOf(ruling, profile)
    if (own?.decision === 'deny') {
      deps.permissions().noteDenied({ title, subject }, own)
      throw new Error(own.sentence)
    }
    const outcome = await deps
      .permissions()
      .ask({ title, subject, reason: ruling.reason, options: yesAndNo, ...reconsidered(action) })
    if (!isAllowed(outcome)) throw new Error(denialOf(outcome))
  }

  return {
    decide,
    beforeFile,
    takeUnheard: () => {
      const taken = unheard
      unheard = []
      return taken
    },
    takeDenied: () => {
      const taken = hasDenied
      hasDenied = false
      return taken
    },
    beginTurn: () => {
      hasDenied = false
      toldDenials = new Set()
      writable.clear()
    },
  }
}

function isAllowed(outcome: PermissionOutcome): boolean {
  if (outcome.kind === 'ruled') return outcome.decision === 'allow'
  return outcome.kind === 'answered' && outcome.option?.kind.startsWith('allow') === true
}

function denialOf(outcome: PermissionOutcome): string {
  if (outcome.kind === 'ruled') return outcome.sentence
  const said = outcome.kind === 'answered' ? outcome.answer.message?.trim() : undefined
  return said === undefined || said === '' ? 'A person denied this.' : said
}

/** The harness's own choice, by kind and never by id. */
function chosen(options: readonly PermissionOption[], way: 'allow' | 'reject'): PermissionOption | undefined {
  return options.find(({ kind }) => kind === `${way}_once`) ?? options.find(({ kind }) => kind === `${way}_always`)
}
