import { z } from 'zod'
import { ProfileId, RunnerId, TeamId, UserId } from '../ids.ts'
import { HarnessOffer, SandboxKind } from './harness.ts'
import { RunnerAbout } from './runner-about.ts'
import { teamAgents } from './team-agents.ts'

export const roles = ['owner', 'admin', 'member', 'viewer'] as const
export const Role = z.enum(roles)
export type Role = z.infer<typeof Role>

export const AgentPlans = z.enum(['kept', 'tidied'])
export type AgentPlans = z.infer<typeof AgentPlans>

/** Row `team`. */
export const Team = z.object({
  id: TeamId,
  name: z.string().min(1).max(80),
  /** Runs of the team that may be held by runners at once; more wait in the queue. */
  maxActiveRuns: z.number().int().min(1).max(1000),
  /** `tidied`: plans that agents made, and nobody has taken up, go into the archive a week after their run. Absent: they are kept. */
  agentPlans: AgentPlans.optional(),
  /** For runs whose person chose no profile; absent: Standard. */
  defaultProfileId: ProfileId.optional(),
  ...teamAgents,
  createdAt: z.number(),
})
export type Team = z.infer<typeof Team>

/** Row `member/<userId>`. People are round and have a hue (1 to 3), given in the order of joining. */
export const Member = z.object({
  userId: UserId,
  name: z.string().min(1).max(80),
  email: z.string().max(200).optional(),
  role: Role,
  hue: z.number().int().min(1).max(3),
  joinedAt: z.number(),
})
export type Member = z.infer<typeof Member>

/** Row `runner/<runnerId>`: a machine that executes runs. Several runners may share a host name. */
export const Runner = z.object({
  id: RunnerId,
  name: z.string().min(1).max(120),
  hostName: z.string().min(1).max(120),
  version: z.string().max(40),
  platform: z.string().max(60),
  sandboxes: z.array(SandboxKind).max(4),
  harnesses: z.array(HarnessOffer).max(50),
  /** Runs it takes at once. */
  capacity: z.number().int().min(1).max(1000),
  running: z.number().int().nonnegative(),
  connected: z.boolean(),
  connectedAt: z.number().optional(),
  lastSeenAt: z.number(),
  /** Plain problems a person can mend, e.g. why Docker can't be used. */
  problems: z.array(z.string().max(300)).max(10),
  /** Absent: it is older. */
  about: RunnerAbout.optional(),
})
export type Runner = z.infer<typeof Runner>

export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const first = [...(words[0] ?? '?')][0] ?? '?'
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ([...(words[0] ?? '')][1] ?? '')
  return (first + last).toUpperCase()
}
