/** Why a database can't be opened. The message is one or two sentences for the person who starts the server. */
export type DatabaseStartCode =
  | 'data_dir_in_use'
  | 'data_dir_unusable'
  | 'binaries_unusable'
  | 'unsupported_platform'
  | 'did_not_start'
  | 'bad_url'
  | 'database_newer'
  | 'migration_changed'
  | 'migration_failed'

export class DatabaseStartError extends Error {
  override readonly name = 'DatabaseStartError'
  readonly code: DatabaseStartCode

  constructor(code: DatabaseStartCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * A failed statement or connection. `code` is the SQLSTATE (https://www.postgresql.org/docs/18/errcodes-appendix.html),
 * Node's code of a socket error (`ECONNRESET`), or one of ours: `closed`, `too_busy`.
 * `connectionLost`: the connection is of no use any more.
 * `transient`: the same work may succeed when it is tried again from its start.
 * `outcomeUnknown`: the connection broke while a commit was under way, so the work may have been done; repeat only what is idempotent.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly code: string | undefined
  readonly constraint: string | undefined
  readonly transient: boolean
  readonly connectionLost: boolean
  readonly outcomeUnknown: boolean

  constructor(message: string, facts: DatabaseErrorFacts, options?: ErrorOptions) {
    super(message, options)
    this.code = facts.code
    this.constraint = facts.constraint
    this.transient = facts.transient
    this.connectionLost = facts.connectionLost ?? false
    this.outcomeUnknown = facts.outcomeUnknown ?? false
  }
}

export type DatabaseErrorFacts = {
  readonly code?: string | undefined
  readonly constraint?: string | undefined
  readonly transient: boolean
  readonly connectionLost?: boolean
  readonly outcomeUnknown?: boolean
}

/** Wraps a driver's error once; what is wrapped already comes back as it is. */
export function toDatabaseError(cause: unknown, outcomeUnknown = false): DatabaseError {
  if (cause instanceof DatabaseError) return cause
  const { message, code, constraint } = readDriverError(cause)
  const connectionLost = isConnectionLoss(code, message)
  const transient = connectionLost || (code !== undefined && TRANSIENT_STATES.has(code))
  return new DatabaseError(
    message,
    { code, constraint, transient, connectionLost, outcomeUnknown: outcomeUnknown && connectionLost },
    { cause },
  )
}

const TRANSIENT_STATES = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57P03', // cannot_connect_now
])
/** Classes and states after which PostgreSQL closes the connection: connection exceptions, shutdowns, time-outs of the session. */
const LOST_STATE = /^(08...|57P0[125]|25P03)$/
const SOCKET_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'ENOTFOUND',
  'ENOTCONN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
])
/** node-postgres and the Neon driver give these failures no code, only these words. */
const LOST_CONNECTION =
  /connection terminated|connection ended|client has encountered a connection error|connection error and is not queryable|client was closed|timeout exceeded when trying to connect|connection timeout|socket hang up|websocket/i

function isConnectionLoss(code: string | undefined, message: string): boolean {
  if (code === undefined) return LOST_CONNECTION.test(message)
  return LOST_STATE.test(code) || SOCKET_CODES.has(code)
}

function readDriverError(cause: unknown): {
  message: string
  code: string | undefined
  constraint: string | undefined
} {
  if (typeof cause !== 'object' || cause === null)
    return { message: String(cause), code: undefined, constraint: undefined }
  const text = (key: string): string | undefined => {
    const value: unknown = Reflect.get(cause, key)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const first: unknown = Array.isArray(Reflect.get(cause, 'errors')) ? Reflect.get(cause, 'errors')[0] : undefined
  if (first !== undefined && text('message') === undefined) return readDriverError(first)
  // The browser's ErrorEvent, which the Neon driver passes on, has its cause in `error`.
  const inner: unknown = Reflect.get(cause, 'error')
  if (inner instanceof Error && text('code') === undefined)
    return { ...readDriverError(inner), message: `websocket: ${inner.message}` }
  const fallback = Reflect.get(cause, 'type') === 'error' ? 'websocket failed' : 'database error without a message'
  return { message: text('message') ?? fallback, code: text('code'), constraint: text('constraint') }
}
