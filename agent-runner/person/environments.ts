import { readFile } from 'node:fs/promises'
import { parse, stringify, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { EnvironmentProposal } from '#shared/domain/environment-proposal.ts'
import { EnvironmentId } from '#shared/ids.ts'
import { CommandError, type DroverServer } from './server.ts'

export const EnvironmentOptions = z.discriminatedUnion('do', [
  z.object({ do: z.literal('list'), json: z.boolean().default(false) }),
  z.object({ do: z.literal('show'), name: z.string() }),
  z.object({ do: z.literal('apply'), file: z.string() }),
  z.object({ do: z.literal('delete'), name: z.string() }),
  z.object({
    do: z.literal('propose'),
    repositories: z.array(z.string().min(1)).min(1, 'Name a repository.'),
    host: z.string().optional(),
  }),
])
export type EnvironmentOptions = z.infer<typeof EnvironmentOptions>

const Shown = z.object({
  uid: EnvironmentId,
  config: z.looseObject({ name: z.string(), repositories: z.array(z.unknown()) }),
  revision: z.number(),
  last_updated: z.string(),
})
type Shown = z.infer<typeof Shown>
const Listed = z.object({ environments: z.array(Shown) })

/** Environments as files: what `show` prints, `apply` takes. @returns what is printed. */
export async function lookAfterEnvironments(server: DroverServer, options: EnvironmentOptions): Promise<string> {
  const path = '/api/v1/environments'
  if (options.do === 'propose') {
    const repositories = options.repositories.map((url) => ({ url }))
    const host = options.host === undefined ? {} : { host: options.host }
    const looked = await server.post(`${path}/inspect`, { repositories, ...host })
    return proposalFile(repositories, EnvironmentProposal.parse(looked))
  }
  const { environments } = Listed.parse(await server.get(`${path}?sort_by=name`))
  const named = (name: string): Shown | undefined => environments.find(({ config }) => config.name === name)
  const existing = (name: string): Shown => {
    const found = named(name)
    if (found === undefined) throw new CommandError(`There is no environment “${name}”.`)
    return found
  }
  switch (options.do) {
    case 'list':
      if (options.json) return JSON.stringify(environments, undefined, 2)
      return environments.length === 0
        ? 'No environments yet.'
        : environments.map(({ config, revision }) => `${config.name}  (revision ${revision})`).join('\n')
    case 'show':
      return stringify(existing(options.name).config)
    case 'delete':
      await server.delete(`${path}/${existing(options.name).uid}`)
      return `${options.name} is deleted.`
    case 'apply': {
      const config = await readConfig(options.file)
      const known = named(config.name)
      const cleared = known === undefined ? {} : Object.fromEntries(nullable.map((field) => [field, null]))
      const done = Shown.parse(
        known === undefined
          ? await server.post(path, config)
          : await server.patch(`${path}/${known.uid}`, { ...cleared, ...config }),
      )
      if (known === undefined) return `${config.name} is made.`
      return done.revision === known.revision
        ? `${config.name} is as it was.`
        : `${config.name} has revision ${done.revision}.`
    }
  }
}

/** As `apply` takes it, with what was seen, and what each part is for, beside it. */
function proposalFile(repositories: readonly { url: string }[], proposal: EnvironmentProposal): string {
  const { image, commands, variables, found, unmapped, dockerfiles } = proposal
  const name = (repositories[0]?.url ?? '').replace(/(?:\.git)?\/*$/, '').replace(/^.*[/:]/, '') || 'Environment'
  const notes = [
    ...found.map(({ file, text }) => `${file}: ${text}`),
    ...unmapped.map(({ file, text }) => `Has no counterpart here: ${file}: ${text}`),
    ...dockerfiles.map(({ file }) => `${file} describes an image of its own: dockerfile.`),
    ...(image === undefined ? [] : [`${image.name}: ${image.why}`]),
    ...[
      ...commands.map(({ command, why }) => `${command}: ${why}`),
      ...variables.map((one) => `${one.name}: ${one.why}`),
    ],
  ]
  const config = {
    name,
    ...(image === undefined ? {} : { docker_image: image.name }),
    repositories,
    setup_commands: commands.map(({ why: _why, ...command }) => command),
    variables: variables.map(({ why: _why, ...variable }) => variable),
  }
  return [...notes.map((note) => `# ${note.replaceAll(/\s+/g, ' ')}`), stringify(config)].join('\n')
}

/** Fields that a file which does not name them takes away. */
const nullable = [
  ...(['description', 'docker_image', 'dockerfile', 'image_pull_policy', 'branch_pattern'] as const),
  ...(['secrets', 'egress', 'resources', 'sandbox'] as const),
]

async function readConfig(file: string): Promise<{ name: string }> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandError(`${file} can’t be read.`)
  })
  try {
    const config = z.looseObject({ name: z.string().min(1) }).safeParse(parse(text))
    if (!config.success) throw new CommandError(`${file} has no “name”.`)
    return config.data
  } catch (error) {
    if (error instanceof YAMLParseError) throw new CommandError(`${file}: ${error.message.split('\n')[0] ?? ''}`)
    throw error
  }
}
