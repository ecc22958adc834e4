import type { RunnerAbout } from '#shared/domain/runner-about.ts'
import type { SandboxKind } from '#shared/domain/harness.ts'
import type { RunnerHello } from '#shared/protocol/runner-link.ts'
import type { DiskGuard } from './disk/disk-guard.ts'
import { offerOf, type HarnessDeclaration } from './harness/declaration.ts'
import type { SandboxProvider } from './sandbox/sandbox.ts'

/** What this runner can do now: its sandboxes come and go, e.g. with Docker's engine. */
export interface Offer {
  /** Looks at the sandboxes again. */
  look(): Promise<void>
  now(): Pick<RunnerHello, 'sandboxes' | 'harnesses' | 'problems' | 'short' | 'about'>
  /** A sentence that says why a run with these can't be taken. */
  objection(harness: string, sandbox: SandboxKind): string | undefined
}

export function createOffer({
  sandboxes: all,
  harnesses,
  backends,
  disk,
  about,
}: {
  sandboxes: readonly SandboxProvider[]
  harnesses: readonly HarnessDeclaration[]
  /** Kinds that are offered; absent: all. */
  backends?: readonly SandboxKind[]
  disk?: Pick<DiskGuard, 'short'>
  about?: () => RunnerAbout
}): Offer {
  const sandboxes = all.filter(({ kind }) => backends?.includes(kind) ?? true)
  let problems = new Map<SandboxKind, string>()
  let signedIn: ReadonlySet<string> = new Set()

  function available(): SandboxKind[] {
    return sandboxes.map(({ kind }) => kind).filter((kind) => !problems.has(kind))
  }

  return {
    look: async () => {
      const found = await Promise.all(sandboxes.map(async (one) => [one.kind, await one.problem()] as const))
      problems = new Map(found.flatMap(([kind, problem]) => (problem === undefined ? [] : [[kind, problem] as const])))
      const persons = await Promise.all(
        harnesses.map(async (one) => ((await one.signedIn?.()) === true ? [one.id] : [])),
      )
      signedIn = new Set(persons.flat())
    },
    now: () => {
      const here = available()
      const short = disk?.short()
      const sentences = [...(short === undefined ? [] : [short]), ...problems.values()].map((one) => one.slice(0, 300))
      return {
        ...(short === undefined ? {} : { short }),
        ...(about === undefined ? {} : { about: about() }),
        sandboxes: here,
        harnesses: harnesses.map((declaration) => offerOf(declaration, here, signedIn.has(declaration.id))),
        problems: sentences.slice(0, 10),
      }
    },
    objection: (harness, sandbox) => {
      const short = disk?.short()
      if (short !== undefined) return short
      const declaration = harnesses.find((one) => one.id === harness)
      if (declaration === undefined) return `This runner does not have the harness ${harness}.`
      const unavailable = declaration.unavailable() ?? problems.get(sandbox)
      if (unavailable !== undefined) return unavailable.slice(0, 300)
      return available().includes(sandbox) ? undefined : `This runner does not have the sandbox ${sandbox}.`
    },
  }
}
