import type { CommandVariable } from './command-types.ts'

/**
 * Variables that no common program takes an instruction from: lower-case names, but for the proxies.
 * (`PATH`, `LD_PRELOAD`, `GIT_SSH_COMMAND`, `NODE_OPTIONS`, `IFS`, `BASH_ENV` … can make any command run another.)
 */
export function isPlainVariable(name: string): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !name.endsWith('proxy')
}

const harmless = new Set([
  'CI',
  'NODE_ENV',
  'FORCE_COLOR',
  'NO_COLOR',
  'CLICOLOR',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TERM',
  'COLUMNS',
  'LINES',
  'GIT_TERMINAL_PROMPT',
  'DEBIAN_FRONTEND',
  'PYTHONUNBUFFERED',
  'PYTHONDONTWRITEBYTECODE',
  'RUST_BACKTRACE',
  'RUST_LOG',
  'VERBOSE',
  'DEBUG',
  'PORT',
])

/** Variables that may stand before a command without changing what kind of thing it does. */
export function isHarmlessVariable(name: string): boolean {
  return isPlainVariable(name) || harmless.has(name) || /^LC_[A-Z]+$/.test(name)
}

/**
 * Whether such a variable has such a value. Names of languages, terminals and time zones become paths of files that
 * every program loads, so they must be names.
 */
export function isHarmlessAssignment({ name, value }: CommandVariable): boolean {
  if (!isHarmlessVariable(name)) return false
  if (!/^(?:LANG|LANGUAGE|TERM|TZ|LC_[A-Z]+)$/.test(name)) return true
  return typeof value === 'string' && !value.includes('..') && /^(?:[A-Za-z][\w.@+,:-]*(?:\/[A-Za-z][\w+-]*){0,2})?$/.test(value) && (name === 'TZ' || !value.includes('/')) // prettier-ignore
}
