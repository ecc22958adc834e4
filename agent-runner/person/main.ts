/** The part of the `drover` command that acts for a person: `login <link>`, and commands whose options come as JSON. */
import { homedir } from 'node:os'
import { z } from 'zod'
import { processEnvironment } from '../config.ts'
import { bringDown, BringDownOptions } from '../handoff/bring-down.ts'
import { openCheckout } from '../handoff/checkout.ts'
import { sendUp, SendUpOptions } from '../handoff/send-up.ts'
import { EnvironmentOptions, lookAfterEnvironments } from './environments.ts'
import { HarnessOptions, lookAfterHarnesses } from './harnesses.ts'
import { readTyped } from './read-typed.ts'
import { lookAfterSecrets, SecretOptions } from './secrets.ts'
import { CommandError, openServer, sessionFile, signIn } from './server.ts'

const [, , command, given = ''] = process.argv
const variables = processEnvironment()
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const print = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)

try {
  await perform()
} catch (error) {
  if (error instanceof z.ZodError) say(`drover: ${error.issues[0]?.message ?? 'that is not valid'}`)
  else if (error instanceof CommandError) say(`drover: ${error.message}`)
  else throw error
  process.exitCode = 1
}

async function perform(): Promise<void> {
  const file = sessionFile(variables)
  if (command === 'login') return say(`Signed in to ${await signIn(given, file)}.`)
  const options: unknown = JSON.parse(given)
  const server = await openServer(file, variables['DROVER_URL'], variables['DROVER_API_KEY'])
  switch (command) {
    case 'secrets':
      return print(await lookAfterSecrets({ server, readValue: readTyped }, SecretOptions.parse(options)))
    case 'harness':
      return print(await lookAfterHarnesses(server, HarnessOptions.parse(options)))
    case 'environments':
      return print(await lookAfterEnvironments(server, EnvironmentOptions.parse(options)))
  }
  const wanted = command === 'handoff' ? SendUpOptions.parse(options) : BringDownOptions.parse(options)
  const checkout = await openCheckout(process.cwd(), variables)
  const person = { home: homedir(), variables }
  try {
    if ('prompt' in wanted) return print(await sendUp({ server, checkout, say, person }, wanted))
    const { conversation, failed } = await bringDown({ server, checkout, say, person }, wanted)
    for (const { path, reason } of failed) say(`Not brought here: ${path}: ${reason}`)
    process.stdout.write(conversation)
  } finally {
    await checkout.close()
  }
}
