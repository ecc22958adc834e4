import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { terminalLimits } from '#shared/domain/terminal.ts'
import type { TerminalId } from '#shared/ids.ts'

/**
 * All that a terminal printed, in a file of the run's folder until it is uploaded, so that it outlives the runner. Beyond the limit, or
 * where the disk is full, there is none.
 */
export interface TerminalLog {
  write(text: string): void
  /** The file with all of it; `undefined` where it was too much. */
  close(): string | undefined
}

export function terminalLogPath(folder: string, id: TerminalId): string {
  return join(folder, id)
}

export function openTerminalLog(folder: string, id: TerminalId): TerminalLog {
  const path = terminalLogPath(folder, id)
  let size = 0
  let file: number | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    file = openSync(path, 'w', 0o600)
  } catch {
    // A full disk: what is at hand has to do.
  }

  function shut(): void {
    if (file !== undefined) closeSync(file)
    file = undefined
  }

  return {
    write(text) {
      if (file === undefined) return
      const bytes = Buffer.from(text)
      size += bytes.byteLength
      try {
        if (size > terminalLimits.logBytes) throw new Error('too much')
        for (let at = 0; at < bytes.byteLength;) at += writeSync(file, bytes, at)
      } catch {
        // A part of it is worth nothing: offsets would not fit.
        shut()
        rmSync(path, { force: true })
      }
    },
    close() {
      const isWhole = file !== undefined
      shut()
      return isWhole ? path : undefined
    },
  }
}
