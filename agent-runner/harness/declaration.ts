import type { HarnessId, HarnessOffer, ModelOffer, SandboxKind } from '#shared/domain/harness.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import type { RunSecret, SecretKind } from '#shared/domain/secret.ts'
import type { RunModels } from '../models/endpoints.ts'
import type { PromptAnswer } from './acp-shapes.ts'
import type { Dialect } from './dialects.ts'
import type { Exec, Sandbox } from '../sandbox/sandbox.ts'
import type { SessionStore } from './sessions/session-store.ts'
import type { AgentTerminals } from '../terminals/agent-terminals.ts'

/** A harness that this runner can start: how to get it, how to call it, and where it differs from the others. */
export interface HarnessDeclaration {
  readonly id: HarnessId
  readonly name: string
  readonly letters: string
  readonly version: string | undefined
  readonly sandboxes: readonly SandboxKind[]
  /** A sentence that says what is missing and what to do; `undefined` when it can be used. */
  unavailable(): string | undefined
  /** Whether its files are here, or must be fetched first. */
  installed(sandbox: SandboxKind): Promise<boolean>
  /** Fetches what is missing. @throws SandboxError */
  prepare(context: PrepareContext): Promise<PreparedHarness>
  readonly quirks: HarnessQuirks
  /** Credentials of which it needs one, best first. Absent: it needs none. */
  readonly takes?: readonly SecretKind[]
  /** Whether the person of this machine is signed in to it, so that the direct sandbox needs no credentials. */
  signedIn?(): Promise<boolean>
  /** Models that can be chosen. */
  models?(): readonly ModelOffer[]
  /** What a session of it offered, to be told the next time. */
  learn?(models: readonly ModelOffer[]): void
  /** What is known of it beside its models. */
  abilities?(): HarnessAbilities
  /** The same of what a session told; what it did not tell stays as it was known. */
  learnAbilities?(told: HarnessAbilities): void
}

/** Whether it is shown pictures, and commands of its own. */
export type HarnessAbilities = Pick<HarnessOffer, 'images' | 'commands'>

export interface HarnessQuirks {
  /** Reads what a person said with a denial from the answer to its request; others get it as the next prompt. */
  readonly hearsDenials: boolean
  /** Mode to set after a session is opened: the one in which it asks. */
  readonly firstMode?: string
  /** Drover's rules decide which of its commands need no question. */
  readonly rulesApply: boolean
  /** Uses tools that a server of the Model Context Protocol offers. */
  readonly takesTools: boolean
  /** How its tool calls are read. */
  readonly dialect?: Dialect
  /** Whether a turn that seems to have ended well did so because the model failed; what was said last is the error. */
  readonly modelFailed?: (answer: PromptAnswer) => boolean
  /** What it can't be made to ask about, in sentences for the page. */
  readonly cannotAsk?: Partial<Record<SandboxKind, readonly string[]>>
  /** Where it keeps its conversations. Absent: one can't be carried to another machine. */
  readonly sessions?: SessionStore
  /** The tokens that it tells with the answer to a prompt are all of its session; absent: of that prompt. */
  readonly tokenCount?: 'session'
}

export interface PrepareContext {
  sandbox: SandboxKind
  onOutput: (text: string) => void
  signal: AbortSignal
}

export type PreparedHarness = ProgramHarness | OwnHarness

/** A program that is executed in the sandbox. */
export interface ProgramHarness {
  /** Folders and files of this machine that it needs, read-only. */
  tools: readonly string[]
  argv(inside: (hostPath: string) => string): readonly string[]
  /** @throws HarnessError where it can't work so, such as without credentials. */
  env(context: HarnessContext): HarnessEnv | Promise<HarnessEnv>
  /** How its session is opened, where that is not as the protocol's default. */
  session?(context: HarnessContext): SessionOptions
}

export type HarnessEnv = Readonly<Record<string, string>>

export interface SessionOptions {
  /** Of the protocol's `authenticate`, before a session is opened. */
  authMethod?: string
  /** `_meta` of `session/new` and `session/load`. */
  meta?: Readonly<Record<string, unknown>>
}

/** What a start of a harness depends on. */
export interface HarnessContext {
  /** Where a host path is found in the sandbox. */
  inside: (hostPath: string) => string
  /** Of the harness, in the sandbox. */
  home: string
  models: RunModels
  config: RunConfig
  /** The run's credentials, for those that no endpoint stands for, such as Bedrock's. Absent: none. */
  secrets?: readonly RunSecret[]
  /** For an agent of ours; absent: it has none. */
  terminals?: AgentTerminals
}

/** An agent of ours, inside this process: only what it executes goes into the sandbox. */
export interface OwnHarness {
  readonly tools: readonly []
  open(sandbox: Sandbox, context: HarnessContext): Exec
}

/** The offers of all runners are on every device. */
const offeredModels = 100

export function offerOf(
  declaration: HarnessDeclaration,
  available: readonly SandboxKind[],
  signedIn = false,
): HarnessOffer {
  const sandboxes = declaration.sandboxes.filter((kind) => available.includes(kind))
  const unavailable = declaration.unavailable()
  const models = declaration.models?.() ?? []
  const silent = sandboxes.flatMap((sandbox) =>
    (declaration.quirks.cannotAsk?.[sandbox] ?? []).map((text) => ({ sandbox, text: text.slice(0, 300) })),
  )
  return {
    id: declaration.id,
    name: declaration.name,
    letters: declaration.letters,
    ...(declaration.version === undefined ? {} : { version: declaration.version }),
    sandboxes,
    ...(declaration.quirks.takesTools ? { planTools: sandboxes } : {}),
    ...(models.length === 0 ? {} : { models: models.slice(0, offeredModels) }),
    ...declaration.abilities?.(),
    ...(declaration.takes === undefined ? {} : { takes: [...declaration.takes] }),
    ...(signedIn ? { signedIn: sandboxes.filter((kind) => kind === 'direct') } : {}),
    ...(silent.length === 0 ? {} : { cannotAsk: silent.slice(0, 20) }),
    ...(unavailable === undefined ? {} : { unavailable: unavailable.slice(0, 300) }),
  }
}
