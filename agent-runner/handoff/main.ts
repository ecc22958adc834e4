/** The part of the `drover` command that knows a person's own checkouts: `login <link>`, `handoff <options>`, `continue <options>`, options as JSON. */
import { z } from 'zod'
import { processEnvironment } from '../config.ts'
import { bringDown, BringDownOptions } from './bring-down.ts'
import { openCheckout } from './checkout.ts'
import { sendUp, SendUpOptions } from './send-up.ts'
import { HandoffError, openServer, sessionFile, signIn } from './server.ts'

const [, , command, given = ''] = process.argv
const variables = processEnvironment()
const say = (line: string): void => void process.stderr.write(`${line}\n`)

try {
  await perform()
} catch (error) {
  if (error instanceof z.ZodError) say(`drover: ${error.issues[0]?.message ?? 'that is not valid'}`)
  else if (error instanceof HandoffError) say(`drover: ${error.message}`)
  else throw error
  process.exitCode = 1
}

async function perform(): Promise<void> {
  const file = sessionFile(variables)
  if (command === 'login') {
    say(`Signed in to ${await signIn(given, file)}.`)
    return
  }
  const options: unknown = JSON.parse(given)
  const wanted = command === 'handoff' ? SendUpOptions.parse(options) : BringDownOptions.parse(options)
  const server = await openServer(file, variables['DROVER_URL'])
  const checkout = await openCheckout(process.cwd(), variables)
  try {
    if ('prompt' in wanted) process.stdout.write(`${await sendUp({ server, checkout, say }, wanted)}\n`)
    else {
      const { conversation, failed } = await bringDown({ server, checkout, say }, wanted)
      for (const { path, reason } of failed) say(`Not brought here: ${path}: ${reason}`)
      process.stdout.write(conversation)
    }
  } finally {
    await checkout.close()
  }
}
