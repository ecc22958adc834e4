import type { RunSource } from '#shared/domain/run.ts'

type RunFilter = 'all' | 'mine' | 'active' | 'needs' | 'failed'

/** Words of the runs list and its preview. */
export const runsWords = {
  title: 'Runs',
  list: 'Runs',
  filters: 'Quick filters',
  filter: { all: 'All', mine: 'Mine', active: 'Active', needs: 'Needs you', failed: 'Failed' } satisfies Record<
    RunFilter,
    string
  >,
  search: 'Search runs',
  clearSearch: 'Clear the search',
  group: { needs: 'Needs you', active: 'Active', today: 'Earlier today' },
  column: {
    state: 'State',
    title: 'Title',
    facts: 'Tasks and files',
    agent: 'Agent',
    host: 'Host',
    source: 'Started from',
    creator: 'Started by',
    cost: 'Spent',
    time: 'Time',
  },
  empty: (connected: boolean) =>
    connected ? 'No runs yet. Start one.' : 'No runs yet. Start one, or connect a machine.',
  newRun: 'New run',
  connect: 'Connect a machine',
  waits: 'Waiting for the first answer of the server. Nothing is kept on this device yet.',
  waitsOffline: 'Offline, and nothing is kept on this device yet. Runs appear once it reaches the server.',
  clear: 'Show all runs',
  noneFound: (find: string, filter: RunFilter) =>
    filter === 'all'
      ? `No run has “${find}” in its title or prompt.`
      : `No run under “${runsWords.filter[filter]}” has “${find}” in its title or prompt.`,
  noneUnder: {
    all: 'No runs yet.',
    mine: 'You have started no runs.',
    active: 'Nothing is at work.',
    needs: 'Nothing needs you.',
    failed: 'No run has failed.',
  } satisfies Record<RunFilter, string>,
  found: (count: number) => (count === 1 ? '1 run' : `${count} runs`),
  wants: { command: 'Wants to run', edit: 'Wants to change', tool: 'Wants to use' },
  asks: 'Asks:',
  review: 'Review',
  answer: 'Answer',
  look: 'Look',
  deny: 'Deny',
  stopping: 'stopping',
  stoppedBy: (name: string) => `stopped by ${name}`,
  you: 'you',
  waitsForMachine: 'waits for a machine',
  assigned: 'a machine is taking it',
  starting: 'starting',
  tasks: (done: number, total: number) => `${done} of ${total} tasks done`,
  files: (changed: number) => `${changed} ${changed === 1 ? 'file' : 'files'} changed`,
  none: '–',
  anyHost: 'any host',
} as const

export const previewWords = {
  label: 'Preview',
  show: 'Show the preview',
  hide: 'Hide the preview',
  nothing: 'Choose a run to see what it does.',
  agent: 'Agent',
  host: 'Host',
  pullRequest: 'Pull request',
  branch: 'Branch',
  repository: 'Repository',
  startedBy: 'Started by',
  spent: 'Spent',
  now: 'Right now',
  files: 'Files changed',
  lines: (changed: number) => (changed === 1 ? 'line' : 'lines'),
  moreFiles: (count: number) => `${count} more`,
  artifacts: 'Artifacts',
  artifactsOf: (count: number) => (count === 1 ? '1 artifact' : `${count} artifacts`),
  prompt: 'Asked for',
  open: 'Open',
} as const

export const stopWords = {
  label: 'Stop this run',
  title: 'Stop this run?',
  text: 'The agent and every command it started are ended. What it changed so far is kept.',
  stop: 'Stop',
} as const

export const sourceWords: Record<RunSource, string> = {
  WEB_APP: 'Started by hand',
  API: 'Started by the API',
  CLI: 'Started from the command line',
  SCHEDULED_AGENT: 'Started by a schedule',
  ORCHESTRATION: 'Started by its parent run',
  LOCAL: 'Started on a machine',
}
