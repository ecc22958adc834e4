import type { EnvironmentProposal } from '#shared/domain/environment-proposal.ts'
import type { KnownLanguage } from '#shared/domain/environment-proposal.ts'

/** One repository as it was seen: names of all files, and the text of those that say something. */
export interface RepositoryFacts {
  readonly url: string
  /** Where it will lie; empty: it is the workspace. */
  readonly folder: string
  readonly paths: ReadonlySet<string>
  /** `undefined` where there is no such file, or it is too long to be of use. */
  readonly read: (path: string) => string | undefined
}

/** What one reader makes of a repository. */
export interface Suggestion {
  /** A language that it needs, and which version of it. */
  readonly needs: readonly { readonly language: KnownLanguage; readonly version: string; readonly why: string }[]
  readonly image?: NonNullable<EnvironmentProposal['image']>
  readonly commands: EnvironmentProposal['commands']
  readonly variables: EnvironmentProposal['variables']
  readonly found: EnvironmentProposal['found']
  readonly unmapped: EnvironmentProposal['unmapped']
}

export const nothing: Suggestion = { needs: [], commands: [], variables: [], found: [], unmapped: [] }

/** The files whose text is read, where they are there. */
export const readFiles = [
  'package.json',
  '.nvmrc',
  '.node-version',
  '.tool-versions',
  '.python-version',
  'pyproject.toml',
  'runtime.txt',
  'go.mod',
  'rust-toolchain',
  'rust-toolchain.toml',
  'Cargo.toml',
  '.ruby-version',
  'Gemfile',
  'composer.json',
  'global.json',
  'pom.xml',
  '.java-version',
  '.devcontainer/devcontainer.json',
  '.devcontainer.json',
  'docker-compose.yml',
  'docker-compose.yaml',
  'compose.yml',
  'compose.yaml',
  'Makefile',
  'Dockerfile',
] as const

/** A version that a file names for a tool, as `.tool-versions` has them. */
export function toolVersion(facts: RepositoryFacts, ...tools: readonly string[]): string | undefined {
  for (const line of facts.read('.tool-versions')?.split('\n') ?? []) {
    const [tool = '', version] = line.trim().split(/\s+/)
    if (tools.includes(tool) && version !== undefined) return version
  }
  return undefined
}

/** The first number with at most this many parts. */
export function firstVersion(text: string | undefined, parts: 1 | 2): string | undefined {
  const found = /(\d+)(?:\.(\d+))?/.exec(text ?? '')
  if (found === null) return undefined
  return parts === 1 || found[2] === undefined ? found[1] : `${found[1]}.${found[2]}`
}
