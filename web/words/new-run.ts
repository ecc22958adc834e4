import { shareLimit, type LeftOutReason } from '#shared/share-limits.ts'
import { count, numbers } from './count.ts'

/** Words of the new-run page. */
export const newRunWords = {
  title: 'New run',
  back: 'Back to runs',
  prompt: 'What should be done',
  promptHolder: 'Describe the work, or write a runbook: steps in fenced sh blocks.',
  promptKept: 'Kept on this device as you type. “@” mentions plans, files and runs; “/” lists commands.',
  promptPlan:
    'Kept on this device as you type. “@” mentions plans, files and runs; begin with /plan to have one written first.',
  name: 'Title',
  nameHint: 'Without one, the first line of the text is taken.',
  agent: 'Agent',
  host: 'Machine',
  anyHost: 'Any machine that can',
  anyHostHint: 'Drover picks one with a free slot.',
  hostConnected: (free: number, capacity: number) =>
    free > 0 ? `Connected · ${free} of ${capacity} free` : `Connected · all ${capacity} busy, so the run waits`,
  hostAway: 'Not connected. The run waits until it is.',
  noRunners: 'No machine is connected yet. The run waits until one is.',
  onlyAway: (hosts: string) => `Only on ${hosts}, not connected now. The run waits.`,
  notOnHost: (host: string) => `Not on ${host}.`,
  model: {
    label: 'Model',
    own: 'The agent’s own choice',
    ownHint: 'What the agent takes by itself.',
    teamHint: (name: string) => `Without a choice, the team’s: ${name}.`,
    other: 'Another model',
    otherHint: 'The id as the agent takes it.',
    id: 'Id of the model',
    find: 'Type to find one, or write an id.',
    effort: 'Effort',
    ownEffort: 'The model’s own',
    efforts: { minimal: 'Minimal', low: 'Low', medium: 'Medium', high: 'High', max: 'Highest' },
  },
  budget: 'Budget in US dollars',
  budgetHint: (teamUsd: string | undefined) =>
    teamUsd === undefined
      ? 'The run stops and asks when it has spent this. Empty: no limit of its own.'
      : `The run stops and asks when it has spent this. Empty: ${teamUsd}, as the team has set.`,
  keep: 'Keep the workspace afterwards',
  keepHint:
    'Its changed files are saved at the server after each turn, so that a follow-up can go on at another machine.',
  keepNotHint: 'Nothing of its files is saved at the server. A follow-up needs the machine that the run was on.',
  needsCredential: (agent: string, kinds: readonly string[]) =>
    `${agent} needs ${kinds.length === 1 ? '' : 'one of these: '}${kinds.join(', ')}. The team has none that could be used here.`,
  toAgents: 'See Agents in the settings',
  sandbox: 'Where it runs',
  direct: 'On the machine itself',
  directRisk:
    'In a folder of its own, but with the rights of the user that runs Drover there: what it runs can read and change that user’s files.',
  docker: 'In a container',
  dockerRisk: 'Sees only its own folder and the network, with limits on memory and processes. Removed afterwards.',
  sandboxMissing: {
    direct: 'No machine offers this for the agent.',
    docker: 'No machine offers containers for the agent. Start Docker there, then reconnect.',
  },
  repository: 'Repository or folder',
  repositoryHint:
    'An address that git can clone, or the full path of a folder on the machine, whose uncommitted changes stay out. Empty: the run starts in an empty folder.',
  branch: 'Branch',
  branchHint: 'Without one, the default branch.',
  more: 'More',
  setup: 'Set-up commands',
  setupHint: 'One a line. They run before the agent starts; a failure ends the run.',
  willRun: (commands: number) => `${count(commands, 'set-up command')} will run before the agent`,
  clearSetup: 'Clear them',
  start: 'Start run',
  offline: 'Offline. The run is kept on this device and starts once it is sent.',
  demo: 'Try the demonstration run',
  demoHint: 'A runbook that changes files in a clone of Drover’s own repository and stops to ask you. Needs no key.',
  demoFilled: 'The form holds the demonstration run.',
  demoNoRepository: 'Drover’s own repository could not be found out. Name another repository.',
  undo: 'Undo',
  shared: {
    label: 'Shared with Drover',
    taken: 'This text came from another app. Read it before you start the run.',
    nothing: 'Nothing of what was shared could be taken.',
    understood: 'All right',
    empty: 'Empty the form',
    discarded: 'What was shared is out of the form.',
    offer: 'Shared with Drover, not yet in the form',
    waits: 'Another app shared this. The form holds a draft of yours, which stays as it is until you choose.',
    add: 'Add it to my draft',
    replace: 'Replace my draft',
    discard: 'Discard it',
    replaced: 'Your draft was replaced.',
    leftOut: (name: string | undefined, why: LeftOutReason) => {
      const what = name === undefined ? 'The text' : `“${name}”`
      switch (why) {
        case 'not_text':
          return `${what} was left out: Drover takes text files, and this is none.`
        case 'too_large':
          return `${what} was left out: with it the text would be longer than ${numbers.format(shareLimit)} characters.`
        case 'too_many':
          return `${what} was left out: too many files at once.`
        case 'empty':
          return `${what} was left out: it is empty.`
        case 'unreadable':
          return `${what} was left out: it could not be read.`
        case 'not_set_up':
          return 'Drover was not set up on this device yet and could not take that much. It is now: share it again.'
      }
    },
  },
  plan: {
    label: 'The plan to execute',
    leave: 'Start without the plan',
    reading: 'Reading the plan',
    steps: (open: number, total: number) =>
      total === 0
        ? 'No steps'
        : open === 0
          ? 'All steps done'
          : `${numbers.format(open)} of ${count(total, 'step')} open`,
    chosen: (chosen: number, first: string) => (chosen === 1 ? first : `${count(chosen, 'step')}, “${first}” first`),
    commentsLabel: 'The plan whose comments go along',
    comments: 'Its open comments go along, with the plan as it is now',
    commentsTitle: (title: string) => `Comments on ${title}`,
    commentsHint: 'The agent gets the comments that no agent has yet, and the text that they are about.',
    noComments: 'No open comment of this plan is left that no agent has.',
    commentsTooLong: (over: number) =>
      `The plan with its comments is ${numbers.format(over)} characters too long for one run. Resolve some of them, or send them to a run of a section.`,
    somebody: 'Somebody',
    note: 'Anything to add',
    noteHint: 'The agent gets the plan as it is now; this version stays pinned to the run.',
    trouble: {
      plan: 'This plan was deleted, or is not on this device yet.',
      text: 'The text of this plan is not on this device. Open it once while the server can be reached.',
      part: 'This part is not in the plan any more. Choose again on the plan’s page.',
    },
    tooLong: (over: number) =>
      `This part of the plan is ${numbers.format(over)} characters too long for one run. Choose a section or single steps.`,
  },
  viewer: 'Your role in this team can read runs, but not start them. Ask an admin.',
  notYet: 'This device does not know your role in the team yet. Try again once it has reached the server.',
  error: {
    promptMissing: 'Write what should be done.',
    planMissing: 'Write what to plan after /plan.',
    repository: 'Write an address that git can clone (https://…, git@host:…), or a full path that starts with “/”.',
    repositoryMissing: 'Write which repository the plan goes to.',
    branch: 'A branch’s name has no spaces and no “..”, “~”, “^” or “:”.',
    setupMany: 'At most 20 commands.',
    setupLong: 'A command is at most 4,000 characters.',
    modelLong: 'A model’s id has at most 200 characters.',
    budget: 'Write an amount above 0, such as 5 or 2.50.',
    agentMissing: 'Choose an agent.',
  },
} as const
