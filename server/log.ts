import { pino, type DestinationStream } from 'pino'
import type { ServerConfig } from './config.ts'

export type Log = ReturnType<typeof createLog>

/** One JSON line for each event, on standard error, so that what `start` prints for people stays readable. */
export function createLog(level: ServerConfig['logLevel'], to: DestinationStream = pino.destination(2)) {
  return pino({ level, base: null, redact: ['authorization', 'cookie', '*.authorization', '*.cookie'] }, to)
}
