import { createHash, createHmac } from 'node:crypto'
import type { RunSecret } from '#shared/domain/secret.ts'
import type { SetUpPlan } from './set-up-plan.ts'

/** Everything that what a set-up makes depends on, as one name. Values of secrets go in only under a key that never leaves the machine. */
export function setUpKey(
  plan: SetUpPlan,
  facts: {
    /** Of the image as the engine has it. */
    imageId: string | undefined
    /** Where each repository stands, in order. */
    commits: readonly string[]
    platform: string
    secrets: readonly RunSecret[]
    secretKey: string
  },
): string {
  const secrets = facts.secrets
    .map(({ name, kind, value }) => [name, kind, value])
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))
  const what = {
    // What is kept of several has the history of each since 2.
    version: plan.repositories.length > 1 ? 2 : 1,
    sandbox: plan.sandbox,
    image: facts.imageId ?? null,
    platform: facts.platform,
    repositories: plan.repositories.map(({ url, branch, folder }, index) => [
      url,
      branch ?? '',
      folder,
      facts.commits[index] ?? '',
    ]),
    commands: plan.commands.map(({ command }) => command),
    variables: Object.entries(plan.variables).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    secrets:
      secrets.length === 0 ? null : createHmac('sha256', facts.secretKey).update(JSON.stringify(secrets)).digest('hex'),
  }
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 40)
}

/** The secret that a command names: what it makes may hold its value, which must not be kept. */
export function namedSecret(plan: SetUpPlan, secrets: readonly Pick<RunSecret, 'name'>[]): string | undefined {
  const words = new Set(plan.commands.flatMap(({ command }) => command.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []))
  return secrets.find(({ name }) => words.has(name))?.name
}
