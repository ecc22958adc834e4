import { z } from 'zod'
import { ProfileId, UserId } from '../ids.ts'
import { ModelEffort } from './harness.ts'

/**
 * How far an agent may go by itself. `agent_decides`: what is known to be harmless goes, the rest asks. `never`: it is denied at
 * once, and nobody is asked.
 */
export const autonomies = ['agent_decides', 'always_ask', 'always_allow', 'never'] as const
export const Autonomy = z.enum(autonomies)
export type Autonomy = z.infer<typeof Autonomy>

/** `ask_first`: the first write to a process asks; the later ones to the same don't. */
export const terminalAutonomies = ['ask_first', 'always_ask', 'always_allow', 'never'] as const
export const TerminalAutonomy = z.enum(terminalAutonomies)
export type TerminalAutonomy = z.infer<typeof TerminalAutonomy>

/** What an agent does, each with an autonomy of its own. `other`: what Drover does not know. */
export const actionKinds = ['reads', 'edits', 'plans', 'commands', 'mcp', 'web', 'other'] as const
export type ActionKind = (typeof actionKinds)[number]

export const profileLimits = {
  name: 60,
  rule: 300,
  rules: 200,
  mcpName: 200,
  mcpNames: 100,
  path: 200,
  paths: 100,
  history: 20,
  /** Of one team, and of one person in it. */
  profiles: 100,
  /** Minutes. */
  expiry: 7 * 24 * 60,
} as const

export const ProfileName = z.string().trim().min(1).max(profileLimits.name)

/** A regular expression as RE2 reads it, for one whole part of a command. */
const Rules = z.array(z.string().min(1).max(profileLimits.rule)).max(profileLimits.rules)
/** `server`, or `server/tool`; `*` stands for any letters. */
const McpNames = z.array(z.string().min(1).max(profileLimits.mcpName)).max(profileLimits.mcpNames)

export const ProfileSettings = z.object({
  name: ProfileName,
  /** For runs that choose none of their own. */
  model: z.string().min(1).max(200).optional(),
  effort: ModelEffort.optional(),
  autonomy: z.object({
    reads: Autonomy,
    edits: Autonomy,
    plans: Autonomy,
    commands: Autonomy,
    mcp: Autonomy,
    web: Autonomy,
    other: Autonomy,
  }),
  /** Keys and text for a process that is running. */
  terminalWrites: TerminalAutonomy,
  commandAllow: Rules,
  commandDeny: Rules,
  /** What becomes of that which the deny list covers. */
  denied: z.enum(['ask', 'deny']),
  mcpAllow: McpNames,
  mcpDeny: McpNames,
  /** Files that always ask, whatever the autonomy: patterns of paths in the workspace, as in a .gitignore. */
  protectedPaths: z.array(z.string().min(1).max(profileLimits.path)).max(profileLimits.paths),
  /** Nobody is asked: what would ask goes, and what is denied, protected or unreadable is denied by itself. */
  runToEnd: z.boolean(),
  /** A question that nobody has answered for so long is denied. Absent: it waits. */
  expiresAfterMinutes: z.number().int().min(1).max(profileLimits.expiry).optional(),
})
export type ProfileSettings = z.infer<typeof ProfileSettings>

/** What a run is worked under, as it was when it was given to the runner. */
export const ProfileSnapshot = ProfileSettings.extend({ id: ProfileId })
export type ProfileSnapshot = z.infer<typeof ProfileSnapshot>

export const profileFields = [
  'name',
  'model',
  'effort',
  ...actionKinds,
  'terminalWrites',
  'commandAllow',
  'commandDeny',
  'denied',
  'mcpAllow',
  'mcpDeny',
  'protectedPaths',
  'runToEnd',
  'expiresAfterMinutes',
] as const
export const ProfileField = z.enum(profileFields)
export type ProfileField = z.infer<typeof ProfileField>

export const FieldChange = z.object({
  field: ProfileField,
  /** Of a single value; absent: there was none. */
  from: z.string().max(200).optional(),
  to: z.string().max(200).optional(),
  /** Of a list, the first few. */
  added: z.array(z.string().max(300)).max(5).optional(),
  removed: z.array(z.string().max(300)).max(5).optional(),
})
export type FieldChange = z.infer<typeof FieldChange>

export const ProfileChange = z.object({ by: UserId, at: z.number(), changes: z.array(FieldChange).max(30) })
export type ProfileChange = z.infer<typeof ProfileChange>

/** Row `profile/<id>` of a team, or `own-profile/<userId>/<id>`, which that person alone can read. */
export const Profile = ProfileSnapshot.extend({
  /** Whose it is; absent: the team's. */
  owner: UserId.optional(),
  createdBy: UserId,
  createdAt: z.number(),
  updatedAt: z.number(),
  /** Newest first. */
  history: z.array(ProfileChange).max(profileLimits.history),
})
export type Profile = z.infer<typeof Profile>

/** Row `own-default/<userId>/profile`: which profile that person's runs take when they choose none. */
export const ProfileChoice = z.object({ profileId: ProfileId })
export type ProfileChoice = z.infer<typeof ProfileChoice>

/** In a run's row: what it is worked under, and who changed that while it was going. */
export const RunProfile = z.object({
  id: ProfileId,
  name: z.string().max(profileLimits.name),
  by: UserId.optional(),
  at: z.number().optional(),
  /** On its way to the runner. */
  delivery: z.enum(['accepted', 'delivered', 'done', 'refused']).optional(),
})
export type RunProfile = z.infer<typeof RunProfile>

/** Why a text is no rule, in words for who wrote it; `undefined`: it is one. What RE2 alone refuses is found when it is compiled. */
export function ruleProblem(source: string): string | undefined {
  if (source === '') return 'The rule is empty.'
  if (source.length > profileLimits.rule) return `The rule is longer than ${profileLimits.rule} characters.`
  if (/\p{Cc}/u.test(source)) return 'The rule has a line break or a control character in it.'
  if (/(?:^|[^\\])(?:\\\\)*\\[1-9k]/.test(source)) return 'The rule uses a back reference, which is not supported.'
  if (/\(\?<?[=!]/.test(source)) return 'The rule looks ahead or behind, which is not supported.'
  const counts = source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)
  for (const [, least = '0', most = ''] of counts)
    if (Math.max(Number(least), Number(most)) > 1000) return 'The rule repeats something more than 1,000 times.'
  try {
    RegExp(source, 'u')
    return undefined
  } catch (error) {
    return `The rule is no regular expression: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Why a text names no server or tool. */
export function mcpNameProblem(name: string): string | undefined {
  return /^[^\s/\p{Cc}]+(?:\/[^\s/\p{Cc}]+)?$/u.test(name)
    ? undefined
    : 'Write a server, or a server and a tool: github/create_issue.'
}

/** Why a text is no pattern of paths. */
export function pathPatternProblem(pattern: string): string | undefined {
  if (/\p{Cc}/u.test(pattern)) return 'The pattern has a line break or a control character in it.'
  if (pattern.startsWith('!')) return 'A pattern can only protect; it can’t take back with “!”.'
  if (/(?:^|\/)\.\.(?:\/|$)/.test(pattern)) return 'A pattern stays in the workspace; it has no “..”.'
  return pattern.trim() === '' ? 'The pattern is empty.' : undefined
}

/** What is wrong in a profile: the list, the very entry, and why. */
export type EntryProblem = { readonly field: ProfileField; readonly entry: string; readonly why: string }

export function profileProblems(settings: ProfileSettings): EntryProblem[] {
  const look = (
    field: 'commandAllow' | 'commandDeny' | 'mcpAllow' | 'mcpDeny' | 'protectedPaths',
    problemOf: (entry: string) => string | undefined,
  ): EntryProblem[] =>
    settings[field].flatMap((entry) => {
      const why = problemOf(entry)
      return why === undefined ? [] : [{ field, entry, why }]
    })
  return [
    ...look('commandAllow', ruleProblem),
    ...look('commandDeny', ruleProblem),
    ...look('mcpAllow', mcpNameProblem),
    ...look('mcpDeny', mcpNameProblem),
    ...look('protectedPaths', pathPatternProblem),
  ]
}
