import { z } from 'zod'
import { BlobHash, TerminalId, UserId } from '../ids.ts'

export const terminalLimits = {
  /** UTF-16 units of a terminal's output that are at hand while it lives: runner and server hold no more. */
  ringUnits: 256_000,
  /** Of its end, in its row. */
  tailUnits: 12_000,
  /** The whole output is kept up to here, in bytes of UTF-8; of a longer one the last `ringUnits`. */
  logBytes: 4_000_000,
  /** At once, in one run. */
  live: 8,
  /** In one run, over all its turns. */
  all: 200,
  /** Units of one frame of output, and of what is typed at once. */
  outputUnits: 16_000,
  inputUnits: 16_000,
  /** Units that are sent ahead of what was read. */
  windowUnits: 128_000,
} as const

export const TerminalSize = z.object({
  cols: z.number().int().min(2).max(500),
  rows: z.number().int().min(1).max(300),
})
export type TerminalSize = z.infer<typeof TerminalSize>

/** Who started it: a person their shell, the agent a command. */
export const TerminalOwner = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), userId: UserId }),
  z.object({ kind: z.literal('agent') }),
])
export type TerminalOwner = z.infer<typeof TerminalOwner>

/**
 * `exited`: its program ended. `closed`: a person or the agent ended it. `put_away`: the sandbox went, with the turn or after its rest.
 * `runner_restarted`: nobody saw its end.
 */
export const TerminalEnd = z.object({
  why: z.enum(['exited', 'closed', 'put_away', 'runner_restarted']),
  at: z.number(),
  exitCode: z.number().int().optional(),
})
export type TerminalEnd = z.infer<typeof TerminalEnd>

/** Row `terminal/<id>` of a transcript space: what is kept of a terminal. Its text is what a terminal prints, with its control sequences. */
export const RunTerminal = z.object({
  id: TerminalId,
  owner: TerminalOwner,
  /** The command, or the name of the shell. */
  title: z.string().max(300),
  size: TerminalSize,
  startedAt: z.number(),
  end: TerminalEnd.optional(),
  /** The last of what it printed. */
  tail: z.string().max(terminalLimits.tailUnits),
  /** UTF-16 units of all that it printed. */
  length: z.number().int().nonnegative(),
  /** All of it from the unit `from` on. */
  log: z.object({ blob: BlobHash, from: z.number().int().nonnegative() }).optional(),
})
export type RunTerminal = z.infer<typeof RunTerminal>
