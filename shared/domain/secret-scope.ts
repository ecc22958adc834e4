import type { RunConfig } from './run.ts'
import type { Secret, SecretName } from './secret.ts'

/** The names that a run asks for: its own list, else its environment's; `undefined`: everything in its scope. */
export function secretNamesOf(
  { secrets }: Pick<RunConfig, 'secrets'>,
  environment?: { readonly secrets?: readonly SecretName[] | undefined },
): readonly SecretName[] | undefined {
  return secrets ?? environment?.secrets
}

/**
 * Which secrets a turn gets. Of two with one name the person's own counts. What was asked for and is not there does not hold up the
 * run: it is told.
 */
export function chooseSecrets(
  names: readonly SecretName[] | undefined,
  inScope: { readonly team: readonly Secret[]; readonly own: readonly Secret[] },
): { readonly chosen: readonly Secret[]; readonly missing: readonly SecretName[] } {
  const byName = new Map([...inScope.team, ...inScope.own].map((secret) => [secret.name, secret]))
  if (names === undefined) return { chosen: [...byName.values()], missing: [] }
  const wanted = [...new Set(names)]
  return {
    chosen: wanted.flatMap((name) => byName.get(name) ?? []),
    missing: wanted.filter((name) => !byName.has(name)),
  }
}

/** Variables that every process relies on: as a secret one of them would break or take over whatever is started. */
const reserved: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'PWD',
  'OLDPWD',
  'SHELL',
  'SHLVL',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'TERM',
  'LANG',
  'IFS',
  'ENV',
  'BASH_ENV',
  'SHELLOPTS',
  'BASHOPTS',
  'PS4',
  'PROMPT_COMMAND',
  'NODE_OPTIONS',
  '_',
])

export function isReservedName(name: string): boolean {
  return reserved.has(name) || /^(?:LD_|DYLD_|LC_|GIT_CONFIG)/.test(name)
}
