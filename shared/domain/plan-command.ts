import type { SandboxKind } from './harness.ts'
import type { Runner } from './team.ts'

/** `/plan text` → the text: the agent is asked for a plan of it; `undefined`: an ordinary message. */
export function planCommand(message: string): string | undefined {
  const found = /^\s*\/plan(?:\s+([^]*))?$/.exec(message)
  return found === null ? undefined : (found[1] ?? '').trim()
}

/** What an agent is told, so that it plans and does nothing yet. */
export function writePlanPrompt(wanted: string): string {
  return `Write a plan for what follows with the tool plan_create, and change no files. Look around first, as far as the plan needs it. Give it a title and sections, and write every step as a box of a check list, in words by which somebody else could do it. When it stands, say in a sentence or two what you planned.\n\n${wanted.trim()}`
}

/** Whether an agent started so has the tools for it, as far as the team's machines have told. */
export function canWritePlans(
  runners: readonly Pick<Runner, 'harnesses' | 'hostName'>[],
  {
    harness,
    sandbox,
    host,
  }: { readonly harness: string; readonly sandbox: SandboxKind; readonly host?: string | undefined },
): boolean {
  return runners.some(
    ({ hostName, harnesses }) =>
      (host === undefined || host === hostName) &&
      harnesses.some(({ id, planTools }) => id === harness && planTools?.includes(sandbox) === true),
  )
}
