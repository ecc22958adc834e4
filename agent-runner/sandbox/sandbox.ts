import type { Readable, Writable } from 'node:stream'
import type { PullPolicy, ResourceLimits } from '#shared/domain/environment.ts'
import type { EgressPolicy } from '#shared/domain/environment-egress.ts'
import type { SandboxKind } from '#shared/domain/harness.ts'
import type { RunErrorCode } from '#shared/domain/run.ts'
import type { TerminalSize } from '#shared/domain/terminal.ts'
import type { RunId } from '#shared/ids.ts'
import type { GivenLogin } from './registry-logins.ts'

/**
 * Where the processes of one run live. Everything that a run starts is started here and ends with it.
 * Paths are as the processes see them.
 */
export interface Sandbox {
  readonly kind: SandboxKind
  readonly workspace: string
  readonly home: string
  /** Variables of its processes that are secret: nobody writes their values down. */
  readonly secretNames?: readonly string[]
  /** Gives the sandbox's user what somebody else has put into the workspace. */
  ownWorkspace(): Promise<void>
  /** Where a folder given as a `tools` mount is found inside. */
  toolPath(hostPath: string): string
  /** The port of the processes' loopback at which they find what listens on this machine's loopback at `port`. @throws SandboxError */
  reach(port: number): Promise<number>
  /** How a program of ours, a file of `agent-runner/inside`, is called inside. @throws SandboxError */
  ownProgram(file: string): { command: string; args: readonly string[] }
  /** @throws SandboxError when the process can't be started. */
  exec(spec: ExecSpec): Promise<Exec>
  /** A process with a terminal of its own. @throws SandboxError when it can't be started. */
  terminal(spec: PtySpec): Promise<Pty>
  /** Ends every process of the run, also those that left their parents; resolves when none is left. */
  kill(): Promise<void>
  /** The memory limit ended a process. */
  ranOutOfMemory(): Promise<boolean>
  /** Sentences that say which of its limits held processes back, since this was asked before. */
  limitsHit?(): Promise<string[]>
  /** A sentence that says why harnesses can't run in it; `undefined` when nothing speaks against it. */
  misfit(): Promise<string | undefined>
  /** What changed in it outside of workspace and home, as an image for later runs; `undefined` when nothing did, a sentence when it may not. */
  keepImage?(about: { withSecrets: boolean }): Promise<{ id: string } | { why: string } | undefined>
  /** Ends everything and removes what the sandbox itself made. The workspace stays. */
  dispose(): Promise<void>
}

export interface ExecSpec {
  argv: readonly string[]
  cwd?: string
  env?: Readonly<Record<string, string>>
  /** Kills the process and its descendants. */
  signal?: AbortSignal
}

export interface Exit {
  code: number | null
  signal: string | null
}

export interface Exec {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves once the process is gone and its streams are read to the end. Never rejects. */
  readonly exited: Promise<Exit>
  readonly pid?: number
  kill(): void
}

export interface PtySpec {
  argv: readonly string[]
  size: TerminalSize
  cwd?: string
  env?: Readonly<Record<string, string>>
}

/** A program in a terminal: one stream out, with control sequences in it, and keys in. */
export interface Pty {
  /** What it prints; one listener, set at once. */
  onData(listener: (piece: Uint8Array) => void): void
  /** Its program waits with printing until `resume`. */
  pause(): void
  resume(): void
  write(keys: string): void
  resize(size: TerminalSize): void
  /** Resolves once it is gone and all that it printed was told. Never rejects. */
  readonly exited: Promise<Exit>
  /** Hangs up, and ends what does not go by that. */
  kill(): void
}

export interface SandboxSpec {
  runId: RunId
  /** Folders of this machine, made by the caller. */
  workspace: string
  home: string
  tmp: string
  /** Read-only folders and files of this machine that harnesses need. */
  tools: readonly string[]
  /** Image of a container sandbox. */
  image?: string
  /** Of the run's environment; absent: as the runner is set. */
  pullPolicy?: PullPolicy
  /** Variables of its processes. */
  env?: Readonly<Record<string, string>>
  /** Asked for; a machine may give less. */
  resources?: ResourceLimits
  /** What its processes may reach. Absent: all. */
  egress?: EgressPolicy
  /** Its harness is a program, which needs a way to this process, for models and tools. */
  bridged?: boolean
  /** Shows what the sandbox executes for its own sake as a step of the run. Throws where it fails. */
  step?: (what: {
    title: string
    command?: string
    run: (write: (text: string) => void) => Promise<number>
  }) => Promise<void>
  /** The turn is stopped. */
  signal?: AbortSignal
  /** Tells the run what it should know: a host that was refused, a way that broke. */
  onNotice?: (sentence: string) => void
}

export interface SandboxProvider {
  readonly kind: SandboxKind
  /** @throws SandboxError */
  start(spec: SandboxSpec): Promise<Sandbox>
  /** Absent where there are no images. `undefined`: the default one. */
  imageName?(image: string | undefined): string
  /** @returns `undefined` when it is not on this machine. @throws SandboxError */
  imageId?(image: string | undefined): Promise<string | undefined>
  /** @returns an exit code; what goes wrong is written. */
  fetchImage?(
    image: string | undefined,
    how: {
      write: (text: string) => void
      signal: AbortSignal
      logins?: readonly GivenLogin[]
      /** Of the run's environment. */
      pullPolicy?: PullPolicy | undefined
    },
  ): Promise<number>
  /** Whether also an image that is here is looked for again, for a run's first turn. */
  fetchesAlways?(pullPolicy: PullPolicy | undefined): boolean
  /** Builds an image of what git has of a folder at a commit. @returns an exit code; its log, and what goes wrong, is written. */
  buildImage?(
    what: { folder: string; commit: string; path: string; tag: string },
    how: { write: (text: string) => void; signal: AbortSignal; logins?: readonly GivenLogin[] },
  ): Promise<number>
  /** An image that `keepImage` made is not needed any more. */
  dropImage?(id: string): Promise<void>
  /** Where it keeps what runs write, if that is on this machine. */
  diskFolder?(): Promise<string | undefined>
  /** Makes room: an image that this runner fetched and nothing uses goes. @returns false when none is left. */
  dropFetchedImage?(): Promise<boolean>
  /** A sentence that says why it can't be used and what to do; `undefined` when it can. */
  problem(): Promise<string | undefined>
  /** Ends and removes what is left of this run. @returns false when it can't be looked at now. */
  sweep(runId: RunId): Promise<boolean>
  /**
   * Ends and removes what this runner made and nobody of this process has any more: containers, and images of set-ups but `known`.
   * @returns runs whose containers they were.
   */
  sweepOrphans?(known: ReadonlySet<string>): Promise<RunId[]>
  close(): Promise<void>
}

/** The machine could not do it. `message` is a sentence for people. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
  readonly code: RunErrorCode
  constructor(code: RunErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Set in the environment of every process of a run, so that it is found again wherever it goes. */
export const runMarker = 'DROVER_RUN_ID'
