import type { HarnessId, HarnessOffer, SandboxKind } from '#shared/domain/harness.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import type { RunModels } from '../models/endpoints.ts'
import type { Exec, Sandbox } from '../sandbox/sandbox.ts'

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
}

export interface HarnessQuirks {
  /** Reads what a person said with a denial from the answer to its request; others get it as the next prompt. */
  readonly hearsDenials: boolean
  /** Mode to set after a session is opened. */
  readonly firstMode?: string
  /** Drover's rules decide which of its commands need no question. */
  readonly rulesApply: boolean
  /** Uses tools that a server of the Model Context Protocol offers. */
  readonly takesTools: boolean
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
  env(context: HarnessContext): Readonly<Record<string, string>>
}

/** What a start of a harness depends on. */
export interface HarnessContext {
  /** Where a host path is found in the sandbox. */
  inside: (hostPath: string) => string
  /** Of the harness, in the sandbox. */
  home: string
  models: RunModels
  config: RunConfig
}

/** An agent of ours, inside this process: only what it executes goes into the sandbox. */
export interface OwnHarness {
  readonly tools: readonly []
  open(sandbox: Sandbox, context: HarnessContext): Exec
}

export function offerOf(declaration: HarnessDeclaration, available: readonly SandboxKind[]): HarnessOffer {
  const sandboxes = declaration.sandboxes.filter((kind) => available.includes(kind))
  const unavailable = declaration.unavailable()
  return {
    id: declaration.id,
    name: declaration.name,
    letters: declaration.letters,
    ...(declaration.version === undefined ? {} : { version: declaration.version }),
    sandboxes,
    ...(declaration.quirks.takesTools ? { planTools: sandboxes.filter(reachesRunner) } : {}),
    ...(unavailable === undefined ? {} : { unavailable: unavailable.slice(0, 300) }),
  }
}

/** A container has no way to the runner's machine but the streams of its harness. */
export function reachesRunner(sandbox: SandboxKind): boolean {
  return sandbox === 'direct'
}
