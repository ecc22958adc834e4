import { Command, InvalidArgumentError, Option } from 'commander'

/** What `drover runner` is given; each flag sets what the runner reads from its environment, which goes before its file. */
export interface RunnerGiven {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly check: boolean
}

const url = (text: string): string => {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError('It must start with http:// or https://.')
  return text
}

const count = (text: string): string => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 1000)
    throw new InvalidArgumentError('It must be a number from 0 to 1000.')
  return text
}

const collect = (text: string, before: string[] = []): string[] => [...before, text]

/** Flags with a value, and the variable that each sets. */
const flags: readonly (readonly [flag: string, variable: string, about: string, parse?: (text: string) => string])[] = [
  ['--url <url>', 'DROVER_URL', 'the server', url],
  ['--api-key <key>', 'DROVER_API_KEY', 'the agent key; other users of this machine can read it, a file is better'],
  ['--key-file <file>', 'DROVER_API_KEY_FILE', 'file with the agent key'],
  ['--config-file <file>', 'DROVER_RUNNER_CONFIG', 'settings in YAML; flags and environment go before it'],
  ['--dir <folder>', 'DROVER_RUNNER_DIR', 'where journals and workspaces are kept'],
  ['--workspace-root <folder>', 'DROVER_RUNNER_WORKSPACES', 'where the folders of runs lie instead'],
  ['--name <name>', 'DROVER_RUNNER_NAME', 'name of this runner'],
  ['--worker-id <name>', 'DROVER_RUNNER_HOST', 'host name that runs can ask for; several runners may share one'],
  ['--backend <kind>', 'DROVER_RUNNER_BACKENDS', 'docker, direct, or both with a comma between'],
  ['--max-concurrent-tasks <number>', 'DROVER_RUNNER_CAPACITY', 'runs at once; 0 is as many as may be', count],
  ['--idle-on-complete <time>', 'DROVER_RUNNER_IDLE', 'how long an agent stays for a follow-up, such as 45m'],
  ['--log-level <level>', 'DROVER_LOG_LEVEL', 'debug, info, warn or error'],
  ['--image <image>', 'DROVER_DOCKER_IMAGE', 'image of runs that name none'],
  ['--pull <when>', 'DROVER_DOCKER_PULL', 'always, missing or never'],
  ['--network <name>', 'DROVER_DOCKER_NETWORK', 'network of containers'],
  ['--memory <size>', 'DROVER_DOCKER_MEMORY', 'memory of a container, such as 4g'],
  ['--cpus <number>', 'DROVER_DOCKER_CPUS', 'processors of a container'],
  ['--pids <number>', 'DROVER_DOCKER_PIDS', 'processes of a container'],
  ['--shm-size <size>', 'DROVER_DOCKER_SHM', 'size of /dev/shm'],
  ['--tmp-size <size>', 'DROVER_DOCKER_TMP', 'size of /tmp'],
  ['--disk <size>', 'DROVER_DOCKER_DISK', 'what a container may write outside of its workspace'],
  ['--setup-command <command>', 'DROVER_DIRECT_SETUP', 'before each direct run'],
  ['--teardown-command <command>', 'DROVER_DIRECT_TEARDOWN', 'after each direct run'],
  ['--min-free <size>', 'DROVER_RUNNER_MIN_FREE', 'disk space below which nothing new is taken'],
  ['--run-disk <size>', 'DROVER_RUNNER_RUN_DISK', 'what one run may take on the disk'],
  ['--keep-output <size>', 'DROVER_RUNNER_OUTPUT', 'what is kept of one command’s output'],
]

/** Flags that may come several times. */
const lists = [
  ['-v, --volumes <volume>', 'DROVER_DOCKER_VOLUMES', 'source:/path or source:/path:ro in containers; may be repeated'],
  ['-e, --env <variable>', 'DROVER_RUNNER_ENV', 'NAME=value, or NAME for the runner’s own; may be repeated'],
] as const

/** Earlier names of flags. */
const older = [
  ['--host-name <name>', 'DROVER_RUNNER_HOST'],
  ['--capacity <number>', 'DROVER_RUNNER_CAPACITY'],
] as const

export function createRunnerCommand(run: (given: RunnerGiven) => Promise<void>): Command {
  const command = new Command('runner').description('run agents on this machine for a Drover server')
  for (const [flag, variable, about, parse] of flags) {
    const option = new Option(flag, `${about} (${variable})`)
    command.addOption(parse === undefined ? option : option.argParser(parse))
  }
  for (const [flag, variable, about] of lists)
    command.addOption(new Option(flag, `${about} (${variable})`).argParser(collect))
  for (const [flag, variable] of older) {
    const option = new Option(flag).hideHelp()
    command.addOption(variable === 'DROVER_RUNNER_CAPACITY' ? option.argParser(count) : option)
  }
  command.option('--allow-unsafe-volumes', 'let volumes reach Docker’s socket or the runner’s data folder')
  command.option('--no-cleanup', 'keep containers and workspaces of ended runs (DROVER_NO_CLEANUP)')
  command.option('--no-snapshot', 'save no workspace at the end of a turn (DROVER_NO_SNAPSHOT)')
  command.option('--check', 'say whether the settings are right and what they come to, and start nothing')
  return command.action(async () => {
    const given: Record<string, unknown> = command.opts()
    const environment: Record<string, string | undefined> = {
      DROVER_NO_CLEANUP: given['cleanup'] === false ? '1' : undefined,
      DROVER_NO_SNAPSHOT: given['snapshot'] === false ? '1' : undefined,
      DROVER_DOCKER_UNSAFE_VOLUMES: given['allowUnsafeVolumes'] === true ? '1' : undefined,
    }
    for (const [flag, variable] of [...older, ...flags]) {
      const value = given[new Option(flag).attributeName()]
      if (typeof value === 'string') environment[variable] = value
    }
    for (const [flag, variable] of lists) {
      const values = given[new Option(flag).attributeName()]
      if (Array.isArray(values)) environment[variable] = JSON.stringify(values)
    }
    await run({ environment, check: given['check'] === true })
  })
}
