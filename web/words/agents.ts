import type { SecretKind } from '#shared/domain/secret.ts'

const either = new Intl.ListFormat('en', { type: 'disjunction' })

/** Words about agents and their models, in the settings and where a run is started. */
export const agentWords = {
  credentials: {
    text: 'a variable',
    anthropic_key: 'an Anthropic key',
    openai_key: 'an OpenAI key',
    google_key: 'a Google key',
    bedrock_key: 'a Bedrock key',
    bedrock_access_key: 'an access key for Bedrock',
    model_endpoint: 'a model endpoint of your own',
    git_token: 'a git token',
    registry_login: 'a login of a registry',
    ssh_key: 'an SSH key',
  } satisfies Record<SecretKind, string>,
  title: 'Agents',
  text: 'What the team’s machines can start. An agent that is switched off starts nothing new; a turn that is going on ends by itself.',
  onlyAdmins: 'Only admins change what the team may use.',
  none: 'No machine has told which agents it can start. Connect one in Runners.',
  use: (name: string) => `Use ${name}`,
  version: (versions: string) => `Version ${versions}`,
  where: (sandboxes: string) => `Runs ${sandboxes}`,
  sandboxNames: { direct: 'on the machine itself', docker: 'in a container' },
  and: ' and ',
  needs: (kinds: readonly string[]) => `Needs ${either.format(kinds)}`,
  signedIn: 'Signed in on a machine',
  needsNothing: 'Needs no key',
  unavailable: 'Not ready on any machine',
  isDefault: 'New runs begin with it',
  makeDefault: 'Begin new runs with it',
  defaultModel: 'Default model',
  defaultModelHint: 'Taken where a run names none. Empty: the agent’s own choice.',
  models: 'Allowed models',
  modelsHint: 'One id a line. Empty: every model. A run with another one is refused.',
  modelsMany: (limit: number) => `At most ${limit} models.`,
  modelLong: 'A model’s id has at most 200 characters.',
  notAllowed: 'The default model is not among the allowed ones.',
  settings: (name: string) => `Models of ${name}`,
  summary: (allowed: number | undefined, first: string | undefined) =>
    [
      allowed === undefined ? 'Every model' : `${allowed} allowed ${allowed === 1 ? 'model' : 'models'}`,
      first === undefined ? undefined : `default ${first}`,
    ]
      .filter((part) => part !== undefined)
      .join(' · '),
} as const
