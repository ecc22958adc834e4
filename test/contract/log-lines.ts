import { z } from 'zod'
import { createLog, type Log } from '#server/log.ts'

const Line = z.looseObject({ level: z.number(), msg: z.string() })
export type LogLine = z.infer<typeof Line>

/** A server's log, kept for the test that looks into it. */
export function collectLog(): { readonly log: Log; readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const log = createLog('info', { write: (text) => void lines.push(Line.parse(JSON.parse(text))) })
  return { log, lines }
}

export const levels = { info: 30, warn: 40, error: 50 } as const
