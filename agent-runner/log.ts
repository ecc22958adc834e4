/** What the runner tells its operator. Sentences for people, facts beside them; never a secret. */
export interface Log {
  info(facts: Record<string, unknown>, sentence: string): void
  warn(facts: Record<string, unknown>, sentence: string): void
  error(facts: Record<string, unknown>, sentence: string): void
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The `code` of a system error (`ENOENT`, `ENOSPC`), if it has one. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
