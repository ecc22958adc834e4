import { z } from 'zod'
import { VariableName } from '#shared/domain/environment.ts'
import { nothing, type RepositoryFacts, type Suggestion } from './facts.ts'
import { parseJsonc } from './jsonc.ts'

const Command = z.union([
  z.string(),
  z.array(z.string()),
  z.record(z.string(), z.union([z.string(), z.array(z.string())])),
])
const Devcontainer = z
  .object({
    image: z.string(),
    build: z.looseObject({ dockerfile: z.string() }).partial(),
    dockerFile: z.string(),
    dockerComposeFile: z.union([z.string(), z.array(z.string())]),
    features: z.record(z.string(), z.unknown()),
    onCreateCommand: Command,
    updateContentCommand: Command,
    postCreateCommand: Command,
    containerEnv: z.record(z.string(), z.string()),
    remoteEnv: z.record(z.string(), z.string().nullable()),
  })
  .partial()

/** In the order in which they run. */
const commandFields = ['onCreateCommand', 'updateContentCommand', 'postCreateCommand'] as const
/** What only concerns an editor. */
const ofEditors = new Set([
  'name',
  '$schema',
  'customizations',
  'settings',
  'extensions',
  'otherPortsAttributes',
  'portsAttributes',
])
const known = new Set<string>([
  ...commandFields,
  'image',
  'build',
  'dockerFile',
  'dockerComposeFile',
  'features',
  'containerEnv',
  'remoteEnv',
])
const whyNot: Readonly<Record<string, string>> = {
  postStartCommand: 'It runs at each start of an editor’s container; a run starts once.',
  postAttachCommand: 'It runs when an editor attaches; none does.',
  initializeCommand: 'It would run on the machine itself, outside of the container.',
  forwardPorts: 'No ports lead out of a run’s container.',
  appPort: 'No ports lead out of a run’s container.',
  mounts: 'Only the workspace and a home folder are mounted.',
  runArgs: 'Drover chooses how the container is started; memory, processors and processes are limits here.',
  remoteUser: 'A run’s processes have a plain user of their own.',
  containerUser: 'A run’s processes have a plain user of their own.',
  privileged: 'A run’s container has no privileges.',
  capAdd: 'A run’s container has no capabilities.',
  workspaceFolder: 'The workspace is /workspace.',
  workspaceMount: 'The workspace is /workspace.',
}

/** `devcontainer.json`: its image, commands and variables, and what of it has no counterpart. */
export function readDevcontainer(facts: RepositoryFacts): Suggestion {
  const file = ['.devcontainer/devcontainer.json', '.devcontainer.json'].find((path) => facts.paths.has(path))
  if (file === undefined) return nothing
  const raw = parseJsonc(facts.read(file) ?? '')
  const parsed = Devcontainer.safeParse(raw)
  if (!parsed.success) return { ...nothing, unmapped: [{ file, text: 'It can’t be read as a devcontainer.json.' }] }
  const about = parsed.data
  const unmapped: { file: string; text: string }[] = []
  const say = (text: string): void => void unmapped.push({ file, text: text.slice(0, 400) })
  const dockerfile = about.build?.dockerfile ?? about.dockerFile
  if (dockerfile !== undefined) say(`Its image is built from ${dockerfile}: build it, and name the image here.`)
  if (about.dockerComposeFile !== undefined)
    say('Its container is a service of a compose file, and services are not started.')
  for (const feature of Object.keys(about.features ?? {}))
    say(
      `The feature ${feature} is not installed. Take an image that has it, or install it below the home folder by a command.`,
    )
  for (const field of Object.keys(Object(raw)))
    if (!known.has(field) && !ofEditors.has(field)) say(`${field}: ${whyNot[field] ?? 'it has no counterpart.'}`)
  const variables = []
  for (const [name, value] of Object.entries({ ...about.containerEnv, ...about.remoteEnv })) {
    if (value === null) continue
    if (!VariableName.safeParse(name).success) say(`The variable ${name}: it has a name that can’t be taken.`)
    else if (/\$\{(?!containerWorkspaceFolder)[^}]*\}/.test(value))
      say(`The variable ${name}: its value ${value} is of another machine.`)
    else
      variables.push({
        name,
        value: value.replaceAll(/\$\{containerWorkspaceFolder\}/g, '/workspace').slice(0, 4000),
        why: `as ${file} says`,
      })
  }
  return {
    needs: [],
    ...(about.image === undefined ? {} : { image: { name: about.image.slice(0, 300), why: `as ${file} says` } }),
    commands: commandFields.flatMap((field) =>
      textsOf(about[field]).map((command) => ({ command: command.slice(0, 4000), why: `${field} of ${file}` })),
    ),
    variables,
    found: [{ file, text: 'a development container' }],
    unmapped,
  }
}

function textsOf(command: z.infer<typeof Command> | undefined): string[] {
  if (command === undefined) return []
  const texts =
    typeof command === 'string'
      ? [command]
      : Array.isArray(command)
        ? [command.map(quoted).join(' ')]
        : Object.values(command).flatMap(textsOf)
  return texts.filter((text) => text.trim() !== '')
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Services that a compose file would start. */
export function readCompose(facts: RepositoryFacts): Suggestion {
  const file = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml'].find((path) =>
    facts.paths.has(path),
  )
  if (file === undefined) return nothing
  const [, services = ''] =
    /^services:[ \t]*\n((?:[ \t]+.*\n?|[ \t]*#.*\n?|\s*\n)*)/m.exec(facts.read(file) ?? '') ?? []
  const indent = /^([ \t]+)\S/m.exec(services)?.[1] ?? '  '
  const names = services
    .split('\n')
    .flatMap((line) =>
      line.startsWith(indent) ? (/^["']?([\w.-]+)["']?:\s*(#.*)?$/.exec(line.slice(indent.length))?.[1] ?? []) : [],
    )
  const what =
    names.length === 0 ? 'Its services are' : `${names.slice(0, 12).join(', ')} ${names.length === 1 ? 'is' : 'are'}`
  return {
    ...nothing,
    unmapped: [
      {
        file,
        text: `${what} not started: a run has one container. Point tests at servers elsewhere, or install what they need.`,
      },
    ],
  }
}
