/** Words of the commands that begin a message with `/`. */
export const slashWords = {
  plan: { hint: 'what to plan', text: 'Ask for a plan, and change nothing yet' },
  queue: { hint: 'message', text: 'Send when this turn ends' },
  profile: { hint: 'name', text: 'Work under another permission profile' },
  useProfile: (name: string) => `Work under ${name}`,
  exportMarkdown: { text: 'Save this run as Markdown' },
  exportJson: { text: 'Save this run as JSON' },
  cost: { text: 'Show what this run has spent' },
  model: { text: 'Go on with another model from the next turn on' },
  effort: { text: 'Think more or less hard from the next turn on' },
  now: 'as it is now',
  modelChanged: (name: string) => `From the next turn on this run works with ${name}.`,
  effortChanged: (effort: string) => `From the next turn on the model’s effort is ${effort}.`,
  profileChanged: (name: string) => `This run works under ${name} from here on.`,
  exported: 'The run was saved.',
  exporting: 'Getting the run ready to be saved.',
  exportCut: 'Earlier entries are not on this device and could not be had now.',
  exportFailed: 'The run could not be saved. Try again.',
} as const

/** Words in a run that was saved as Markdown. */
export const exportWords = {
  agent: 'Agent',
  state: 'State',
  started: 'Started',
  branch: 'Branch',
  files: 'Files',
  somebody: 'Somebody',
  thought: 'Thought',
  tasks: 'Tasks',
  question: 'Asked',
  answered: 'Answered',
  notice: 'Notice',
  artifact: 'Artifact',
  exit: (code: number) => `exit code ${code}`,
  leftOut: (units: number) => `[… ${units} characters left out …]`,
} as const
