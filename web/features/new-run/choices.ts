import type { SandboxKind } from '#shared/domain/harness.ts'
import { isSwitchedOff } from '#shared/domain/team-agents.ts'
import type { Runner, Team } from '#shared/domain/team.ts'
import type { Choice } from '../../ui/select.tsx'
import { newRunWords } from '../../words/new-run.ts'

/** Stands for no host of its own: a select knows no empty value. */
export const anyHost = '*'

/** An agent as the picker shows it. */
export type AgentChoice = Choice & { readonly letters: string }

/** The agents that this team's machines offer, with why one can't be chosen. Those that can come first. */
export function agentChoices(runners: readonly Runner[], host: string, team?: Team): readonly AgentChoice[] {
  const here = runners.filter((runner) => host === '' || runner.hostName === host)
  const byId = new Map<
    string,
    { name: string; letters: string; ready: boolean; away: string[]; reason: string | undefined; here: boolean }
  >()
  for (const runner of runners)
    for (const offer of runner.harnesses) {
      // What the team has switched off is not there to be chosen.
      if (isSwitchedOff(team, offer.id)) continue
      const known = byId.get(offer.id) ?? {
        name: offer.name,
        letters: offer.letters,
        ready: false,
        away: [],
        reason: undefined,
        here: false,
      }
      byId.set(offer.id, known)
      if (!here.includes(runner)) continue
      known.here = true
      if (offer.unavailable !== undefined) known.reason ??= offer.unavailable
      else if (runner.connected) known.ready = true
      else known.away.push(runner.hostName)
    }
  const choices = [...byId].map(([value, agent]): AgentChoice & { readonly rank: number } => {
    const base = { value, label: agent.name, letters: agent.letters }
    if (agent.ready) return { ...base, rank: 0 }
    if (agent.away.length > 0)
      return { ...base, hint: newRunWords.onlyAway([...new Set(agent.away)].join(', ')), rank: 1 }
    return { ...base, hint: agent.here ? agent.reason : newRunWords.notOnHost(host), disabled: true, rank: 2 }
  })
  choices.sort((a, b) => a.rank - b.rank || a.label.localeCompare(b.label))
  if (choices.length > 0) return choices.map(({ rank: _rank, ...choice }) => choice)
  // No machine has told anything yet: the harness that every runner brings along.
  return [{ value: 'runbook', label: 'Runbook', letters: 'RB', hint: newRunWords.noRunners }]
}

/** Any machine, then each by name: runners of one host are taken together. */
export function hostChoices(runners: readonly Runner[]): readonly Choice[] {
  const hosts = new Map<string, { connected: boolean; free: number; capacity: number }>()
  for (const runner of runners) {
    const known = hosts.get(runner.hostName) ?? { connected: false, free: 0, capacity: 0 }
    hosts.set(runner.hostName, known)
    if (!runner.connected) continue
    known.connected = true
    known.capacity += runner.capacity
    known.free += Math.max(0, runner.capacity - runner.running)
  }
  const named = [...hosts]
    .sort(([a, hostA], [b, hostB]) => Number(hostB.connected) - Number(hostA.connected) || a.localeCompare(b))
    .map(([value, host]) => ({
      value,
      label: value,
      hint: host.connected ? newRunWords.hostConnected(host.free, host.capacity) : newRunWords.hostAway,
    }))
  const any = {
    value: anyHost,
    label: newRunWords.anyHost,
    hint: runners.some((runner) => runner.connected) ? newRunWords.anyHostHint : newRunWords.noRunners,
  }
  return [any, ...named]
}

/** The sandboxes that some machine offers for this agent and host. While no machine has told, both may be asked for. */
export function sandboxesOf(runners: readonly Runner[], harness: string, host: string): ReadonlySet<SandboxKind> {
  const told = runners.filter((runner) => host === '' || runner.hostName === host)
  if (told.length === 0) return new Set<SandboxKind>(['direct', 'docker'])
  const connected = told.filter((runner) => runner.connected)
  const kinds = new Set<SandboxKind>()
  for (const runner of connected.length > 0 ? connected : told)
    for (const offer of runner.harnesses)
      if (offer.id === harness) for (const kind of offer.sandboxes) if (runner.sandboxes.includes(kind)) kinds.add(kind)
  return kinds
}
