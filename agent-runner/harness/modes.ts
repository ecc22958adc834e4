import type { ProfileSnapshot } from '#shared/domain/profile.ts'

/**
 * The harness's own mode that fits a profile, by the id that it offers: the one that asks most, so that Drover answers and not the
 * harness; only what a profile never lets happen goes further. `undefined`: it stays in the mode that its declaration names.
 */
export function modeFor(harness: string, profile: ProfileSnapshot | undefined): string | undefined {
  if (profile === undefined) return undefined
  return modes[harness]?.(profile)
}

/** Nothing of the profile lets the agent change something: it may only look and plan. */
function onlyLooks({ autonomy }: ProfileSnapshot): boolean {
  return autonomy.edits === 'never' && autonomy.commands === 'never'
}

const modes: Readonly<Partial<Record<string, (profile: ProfileSnapshot) => string>>> = {
  // `auto` and `bypassPermissions` decide by themselves, `acceptEdits` asks before no edit.
  'claude-code': (profile) => (onlyLooks(profile) ? 'plan' : 'default'),
  // `workspace-write` changes files without asking, so protected paths would not be seen. `agent-full-access` asks nothing at all.
  codex: () => 'read-only',
  opencode: (profile) => (onlyLooks(profile) ? 'plan' : 'build'),
  gemini: (profile) => (onlyLooks(profile) ? 'plan' : 'default'),
}
