import { join } from 'node:path'
import { Option, type Command } from 'commander'
import { runProcess } from './run-process.ts'

const main = join(import.meta.dirname, '..', 'agent-runner', 'handoff', 'main.ts')

/** Work that goes from a checkout of one's own to a run, and back. */
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
    .option('--conversation <file>', 'conversation so far: a text, or a .jsonl of Claude Code')
    .option('--no-snapshot', 'leave what is not committed and pushed here')
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
    .option('--url <url>', 'the server (DROVER_URL)')
    .action((run: string, given: { force?: boolean; folder?: string; url?: string }) =>
      runProcess(main, ['continue', JSON.stringify({ ...given, run })], { DROVER_URL: given.url }),
    )
}
