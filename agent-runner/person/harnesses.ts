import { z } from 'zod'
import { CommandError, type DroverServer } from './server.ts'

export const HarnessOptions = z.discriminatedUnion('do', [
  z.object({ do: z.literal('list'), json: z.boolean().default(false) }),
  z.object({ do: z.enum(['enable', 'disable', 'default']), name: z.string().min(1) }),
])
export type HarnessOptions = z.infer<typeof HarnessOptions>

const Listed = z.object({
  harnesses: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      enabled: z.boolean(),
      is_default: z.boolean(),
      models: z.array(z.string()).nullable(),
      default_model: z.string().nullable(),
      machines: z.array(
        z.object({
          host: z.string(),
          connected: z.boolean(),
          version: z.string().nullable(),
          sandboxes: z.array(z.string()),
          unavailable: z.string().nullable(),
        }),
      ),
    }),
  ),
})
type Shown = z.infer<typeof Listed>['harnesses'][number]

/** The team's agents: which there are, and which may be used. @returns what is printed. */
export async function lookAfterHarnesses(
  server: Pick<DroverServer, 'get' | 'patch'>,
  options: HarnessOptions,
): Promise<string> {
  const { harnesses } = Listed.parse(await server.get('/api/v1/harnesses'))
  if (options.do === 'list') {
    if (options.json) return JSON.stringify(harnesses, undefined, 2)
    return harnesses.length === 0
      ? 'No machine of this team has told which agents it has. Connect a runner first.'
      : harnesses.map(lineOf).join('\n')
  }
  const { name } = options
  const known = harnesses.find(({ id }) => id === name)
  if (known === undefined)
    throw new CommandError(
      `There is no agent ${name}. There are: ${harnesses.map(({ id }) => id).join(', ') || 'none'}.`,
    )
  const path = `/api/v1/harnesses/${encodeURIComponent(name)}`
  switch (options.do) {
    case 'enable':
      await server.patch(path, { enabled: true })
      return `${known.name} may be used.`
    case 'disable':
      await server.patch(path, { enabled: false })
      return `${known.name} is switched off. Turns that go on come to their own end.`
    case 'default':
      if (!known.enabled)
        throw new CommandError(`${known.name} is switched off. Switch it on first: drover harness enable ${name}`)
      await server.patch(path, { is_default: true })
      return `New runs begin with ${known.name}.`
  }
}

function lineOf({ id, name, enabled, is_default, default_model, machines }: Shown): string {
  const version = machines.find((one) => one.version !== null)?.version
  const places = machines.map(({ host, connected, unavailable }) => {
    const why = unavailable ?? (connected ? undefined : 'not connected')
    return why === undefined ? host : `${host} (${why})`
  })
  return [
    `${id}\t${name}${version == null ? '' : ` ${version}`}`,
    enabled ? 'on' : 'off',
    ...(is_default ? ['default'] : []),
    ...(default_model === null ? [] : [`model ${default_model}`]),
    places.length === 0 ? 'on no machine' : [...new Set(places)].join(', '),
  ].join('\t')
}
