import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { join } from 'node:path'
import { droverVersion } from '#shared/version.ts'
import { addEnvironmentCommands, addHandoffCommands, addHarnessCommands, addSecretCommands } from './person-commands.ts'
import { runProcess } from './run-process.ts'
import { createRunnerCommand } from './runner-command.ts'
import { ensureWebIsBuilt } from './web-build.ts'

/** The parts of Drover are processes of their own; this command only chooses one and says what it needs. */
const part = (...path: string[]): string => join(import.meta.dirname, '..', ...path)

type Environment = Record<string, string | undefined>

const port = (text: string): string => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  return text
}

const url = (text: string): string => {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError('It must start with http:// or https://.')
  return text
}

function createProgram(): Command {
  const program = new Command('npx drover')
    .description('A self-hosted, local-first control room for coding agents.')
    .version(droverVersion)
    .showHelpAfterError('Run “npx drover --help” for what there is.')

  program
    .command('start')
    .description('start the server, with a runner on this machine')
    .option('--data-dir <folder>', 'where everything is kept (DROVER_DATA_DIR)')
    .option('--host <address>', 'address to listen on; 127.0.0.1 unless told otherwise (DROVER_HOST)')
    .option('--port <number>', 'port to listen on; 4400 unless told otherwise (DROVER_PORT)', port)
    .option('--public-url <url>', 'where people reach it, when that is not host and port (DROVER_PUBLIC_URL)', url)
    .option('--no-runner', 'start no runner on this machine (DROVER_EMBEDDED_RUNNER)')
    .action(async (given: { dataDir?: string; host?: string; port?: string; publicUrl?: string; runner: boolean }) => {
      await ensureWebIsBuilt(part('.'))
      await runProcess(part('server', 'main.ts'), [], {
        DROVER_DATA_DIR: given.dataDir,
        DROVER_HOST: given.host,
        DROVER_PORT: given.port,
        DROVER_PUBLIC_URL: given.publicUrl,
        DROVER_EMBEDDED_RUNNER: given.runner ? undefined : 'off',
      })
    })

  program.addCommand(
    createRunnerCommand(({ environment: given, check }) =>
      runProcess(part('agent-runner', 'main.ts'), check ? ['--check'] : [], given),
    ),
  )

  addHandoffCommands(program)
  addDatabaseCommands(program.command('db').description('back up and restore the database'))

  program
    .command('admin')
    .description('mend access to this server')
    .command('reset-link')
    .argument('<email>', 'of the person who is locked out')
    .description('print a one-time link that lets a person set a new password or passkey')
    .option('--data-dir <folder>', 'data folder of the server (DROVER_DATA_DIR)')
    .option('--public-url <url>', 'where people reach the server (DROVER_PUBLIC_URL)', url)
    .action((email: string, given: { dataDir?: string; publicUrl?: string }) =>
      runProcess(part('server', 'auth', 'cli.ts'), ['reset-link', email], environment(given)),
    )

  const secrets = program
    .command('secrets')
    .alias('secret')
    .description('secrets of the team and of your own, and the key that they are sealed to')
  addSecretCommands(secrets)
  addEnvironmentCommands(program)
  addHarnessCommands(program)
  secrets
    .command('rotate-key')
    .description('make a new key and seal every secret to it; the server may be running')
    .option('--data-dir <folder>', 'data folder of the server (DROVER_DATA_DIR)')
    .option('--forget-old', 'destroy the old keys now, as after a leak')
    .action((given: { dataDir?: string; forgetOld?: boolean }) =>
      runProcess(
        part('server', 'secrets', 'cli.ts'),
        ['rotate-key', ...(given.forgetOld === true ? ['--forget-old'] : [])],
        environment(given),
      ),
    )
  return program
}

function addDatabaseCommands(db: Command): void {
  db.command('backup')
    .argument('<file>', 'file to write')
    .description('write everything in the database to one checked file; the server may be running')
    .option('--data-dir <folder>', 'data folder of the server (DROVER_DATA_DIR)')
    .option('--force', 'replace a file of that name')
    .action((file: string, given: Given) => runDatabase('backup', file, given))
  db.command('restore')
    .argument('<file>', 'a backup')
    .description('fill an empty database from a backup; the server must not be running')
    .option('--data-dir <folder>', 'data folder of the server (DROVER_DATA_DIR)')
    .option('--force', 'replace what is in the database')
    .action((file: string, given: Given) => runDatabase('restore', file, given))
}

type Given = { dataDir?: string; force?: boolean }

function runDatabase(command: 'backup' | 'restore', file: string, given: Given): Promise<void> {
  const force = given.force === true ? ['--force'] : []
  return runProcess(part('server', 'db', 'cli.ts'), [command, file, ...force], environment(given))
}

function environment(given: { dataDir?: string; publicUrl?: string }): Environment {
  return { DROVER_DATA_DIR: given.dataDir, DROVER_PUBLIC_URL: given.publicUrl }
}

/** Runs the command line; an error becomes one line and an exit code. */
export async function runProgram(): Promise<void> {
  try {
    await createProgram().parseAsync()
  } catch (error) {
    process.stderr.write(`drover: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = error instanceof CommanderError ? error.exitCode : 1
  }
}
