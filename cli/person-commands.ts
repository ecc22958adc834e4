import { join } from 'node:path'
import { Option, type Command } from 'commander'
import { OwnAgent } from '#shared/domain/own-agent.ts'
import { SecretKind } from '#shared/domain/secret.ts'
import { runProcess } from './run-process.ts'

const runnerMain = join(import.meta.dirname, '..', 'agent-runner', 'main.ts')
const main = join(import.meta.dirname, '..', 'agent-runner', 'person', 'main.ts')

/** Signs in, and takes work from a checkout of one's own to a run, and back. */
export function addHandoffCommands(program: Command): void {
  program
    .command('login')
    .argument('<link>', 'that the app shows under Settings, Devices, “Sign in the command line”')
    .description('sign this command line in as you')
    .action((link: string) => runProcess(main, ['login', link], {}))

  program
    .command('handoff')
    .argument('<prompt>', 'what the agent is to do next')
    .description('start a run that goes on from this checkout, uncommitted and untracked files too')
    .option('--harness <id>', 'agent that goes on', 'drover')
    .option('--model <id>', 'model of the agent')
    .option('--environment <name>', 'environment that has this repository; else its remote is cloned')
    .addOption(new Option('--sandbox <kind>', 'where it runs').choices(['docker', 'direct']))
    .option('--host <name>', 'machine that must run it')
    .option('--title <text>', 'title of the run')
    .addOption(
      new Option('--from <agent>', 'the newest conversation of this agent in this checkout goes along').choices(
        OwnAgent.options,
      ),
    )
    .option('--conversation <file>', 'conversation so far: a text, or the file of an agent')
    .option('--no-snapshot', 'leave what is not committed and pushed here')
    .option('--no-keep', 'save nothing of the run’s workspace at the server afterwards')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((prompt: string, given: { url?: string }) =>
      runProcess(main, ['handoff', JSON.stringify({ ...given, prompt })], { DROVER_URL: given.url }),
    )

  program
    .command('continue')
    .argument('<run>', 'its id or address')
    .description('bring a run’s workspace into this checkout, and print its conversation')
    .option('--force', 'although there are changes of your own here; they stay as they are')
    .option('--folder <name>', 'of a run with several repositories: the one that this is')
    .option('--no-session', 'leave the session of its agent; else the same agent can go on with it here')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((run: string, given: { force?: boolean; folder?: string; session?: boolean; url?: string }) =>
      runProcess(main, ['continue', JSON.stringify({ ...given, run })], { DROVER_URL: given.url }),
    )
}

/** What a person may do with the secrets of the team and their own; the value comes on standard input, so that no list of processes shows it. */
export function addSecretCommands(secrets: Command): void {
  const act = (options: object, given: { url?: string }): Promise<void> =>
    runProcess(main, ['secrets', JSON.stringify({ ...given, ...options })], { DROVER_URL: given.url })
  secrets
    .command('list')
    .description('names, kinds and owners; no value can be read again')
    .option('--json', 'as JSON')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((given: { url?: string }) => act({ do: 'list' }, given))
  secrets
    .command('set')
    .argument('<name>', 'as the variable is called')
    .description('make a secret, or give one a new value, which is sealed here')
    .addOption(new Option('--kind <kind>', 'what it is for').choices(SecretKind.options))
    .option('--own', 'of your own, not the team’s')
    .option('--description <text>', 'what it is for, in words')
    .option('--file <file>', 'file with the value; else it is read from standard input')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((name: string, given: { url?: string }) => act({ do: 'set', name }, given))
  secrets
    .command('delete')
    .argument('<name>')
    .description('delete a secret; runs that go on keep what they have')
    .option('--own', 'of your own, not the team’s')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((name: string, given: { url?: string }) => act({ do: 'delete', name }, given))
}

/** The team's agents, and those of this machine's runner. */
export function addHarnessCommands(program: Command): void {
  const harness = program.command('harness').alias('harnesses').description('agents of the team, and of this machine')
  const act = (options: object, given: { url?: string }): Promise<void> =>
    runProcess(main, ['harness', JSON.stringify({ ...given, ...options })], { DROVER_URL: given.url })
  harness
    .command('list')
    .description('which there are, where, and whether they may be used')
    .option('--json', 'everything, as JSON')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((given: { url?: string }) => act({ do: 'list' }, given))
  for (const [name, about] of [
    ['enable', 'let the team use an agent'],
    ['disable', 'switch an agent off for the team; turns that go on come to their own end'],
    ['default', 'let new runs begin with an agent'],
  ] as const)
    harness
      .command(name)
      .argument('<agent>', 'its id, as “list” shows it')
      .description(about)
      .option('--url <url>', 'the server (DROVER_URL)')
      .action((agent: string, given: { url?: string }) => act({ do: name, name: agent }, given))
  harness
    .command('install')
    .argument('<agent>', 'its id, such as claude-code')
    .description('fetch an agent for the runner of this machine, ahead of its first run')
    .addOption(new Option('--sandbox <kind>', 'for this one alone').choices(['docker', 'direct']))
    .option('--dir <folder>', 'the runner’s folder (DROVER_RUNNER_DIR)')
    .option('--config-file <file>', 'the runner’s settings (DROVER_RUNNER_CONFIG)')
    .action((name: string, given: { sandbox?: string; dir?: string; configFile?: string }) =>
      runProcess(runnerMain, ['install', JSON.stringify({ name, sandbox: given.sandbox })], {
        DROVER_RUNNER_DIR: given.dir,
        DROVER_RUNNER_CONFIG: given.configFile,
      }),
    )
}

/** Environments as files. */
export function addEnvironmentCommands(program: Command): void {
  const environments = program.command('environments').alias('environment').description('environments, as YAML files')
  const act = (options: object, given: { url?: string }): Promise<void> =>
    runProcess(main, ['environments', JSON.stringify({ ...given, ...options })], { DROVER_URL: given.url })
  environments
    .command('list')
    .description('their names')
    .option('--json', 'everything, as JSON')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((given: { url?: string }) => act({ do: 'list' }, given))
  environments
    .command('show')
    .argument('<name>')
    .description('print one as a file that “apply” takes')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((name: string, given: { url?: string }) => act({ do: 'show', name }, given))
  environments
    .command('apply')
    .argument('<file>', 'YAML or JSON')
    .description('make the environment that the file names, or change it to be so')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((file: string, given: { url?: string }) => act({ do: 'apply', file }, given))
  environments
    .command('propose')
    .argument('<repositories...>', 'addresses of repositories')
    .description('let a machine look into repositories, and print what it would take')
    .option('--host <name>', 'machine that looks')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((repositories: string[], given: { url?: string }) => act({ do: 'propose', repositories }, given))
  environments
    .command('delete')
    .argument('<name>')
    .description('delete one')
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((name: string, given: { url?: string }) => act({ do: 'delete', name }, given))
}
