import { z } from 'zod'
import { EnvironmentRepository, SetupCommand, Variable } from './environment.ts'

/** What a runner is asked to look into. */
export const InspectedRepositories = z.array(EnvironmentRepository).min(1).max(20)
export type InspectedRepositories = z.infer<typeof InspectedRepositories>

const why = z.string().max(400)
const named = z.string().max(300)

/** What a look into the repositories suggests. Nothing of it was executed; a person reads it and takes what they want. */
export const EnvironmentProposal = z.object({
  /** Absent: the machine's default will do. */
  image: z.object({ name: named, why }).optional(),
  commands: z.array(SetupCommand.extend({ why })).max(40),
  variables: z.array(Variable.extend({ why })).max(100),
  /** What was seen: languages, lock files, scripts, versions. */
  found: z.array(z.object({ file: named, text: why })).max(200),
  /** What stands in a file and has no counterpart here. */
  unmapped: z.array(z.object({ file: named, text: why })).max(200),
  /** Dockerfiles that describe an image of their own. */
  dockerfiles: z.array(z.object({ repository: z.string().max(1000), file: named })).max(40),
})
export type EnvironmentProposal = z.infer<typeof EnvironmentProposal>

/** Images that are known to hold what a language needs, all of them on glibc. `{v}` is the version. */
export const knownImages = {
  base: 'debian:bookworm',
  node: 'node:{v}-bookworm',
  python: 'python:{v}-bookworm',
  go: 'golang:{v}-bookworm',
  rust: 'rust:{v}-bookworm',
  ruby: 'ruby:{v}-bookworm',
  java: 'maven:3-eclipse-temurin-{v}',
  php: 'php:{v}-cli-bookworm',
  dotnet: 'mcr.microsoft.com/dotnet/sdk:{v}-bookworm-slim',
} as const
export type KnownLanguage = Exclude<keyof typeof knownImages, 'base'>
