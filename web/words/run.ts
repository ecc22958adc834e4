import type { PermissionRequest } from '#shared/domain/permission.ts'
import type { RunState } from '#shared/domain/run.ts'
import type { FileChange, ToolKind, ToolStatus } from '#shared/domain/transcript.ts'
import { askWords } from './answers.ts'
import { count, numbers } from './count.ts'
import { peopleWords } from './people.ts'
import { clockWords, spanWords } from './time.ts'

/** "46 B", "38 kB", "1.2 MB" */
export function bytesWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** "3.1 s" under ten seconds, then whole words. */
export function durationWords(ms: number): string {
  if (ms < 950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : spanWords(ms)
}

/** "Jonas", "Jonas or Tomoko", "Jonas, Tomoko or 2 others" */
export function namesWords(names: readonly string[], last: 'or' | 'and'): string {
  if (names.length <= 1) return names[0] ?? ''
  if (names.length > 3) return `${names.slice(0, 2).join(', ')} ${last} ${count(names.length - 2, 'other')}`
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1) ?? ''}`
}

/** Words of the run page. */
export const runWords = {
  retry: 'Try again',
  dismiss: 'Dismiss',
  back: 'Back to runs',
  more: 'More',
  copyCode: 'Copy code',
  checked: 'Done',
  unchecked: 'Not done',
  code: (language: string | undefined) => (language === undefined ? 'Code' : `Code, ${language}`),
  ...peopleWords,

  terminal: 'Terminal',
  terminalNotHere: 'The terminal could not be loaded. Try again once the server can be reached.',

  stopping: 'Stopping…',
  rename: 'Rename',
  renameLabel: 'Title of this run',
  save: 'Save',
  cancel: 'Cancel',
  copyLink: 'Copy link',
  find: {
    title: 'Find in this run',
    label: 'Words to find in the transcript',
    holder: 'Find in this run',
    at: (index: number, of: number) => `${numbers.format(index)} of ${numbers.format(of)}`,
    none: 'Nothing found',
    looking: 'Looking…',
    earlier: 'Earlier',
    later: 'Later',
    close: 'Close',
    part: 'Older parts are not on this device.',
    loadAll: 'Load and search them',
    loading: (entries: number) => `Loading, ${count(entries, 'entry', 'entries')} here`,
  },
  keepOffline: 'Keep offline',
  dropOffline: 'Don’t keep offline',
  keptOffline: 'Kept offline',
  keptOfflineTitle: 'All of this run is on this device and stays there',
  comingOffline: 'Being kept offline',
  comingOfflineTitle: 'All of this run is on its way to this device; what is missing comes with a network',
  notPinned: 'This device could not note that the run is to be kept. Its storage may be full.',
  copyTitle: 'Copy prompt',
  showDetails: 'Show details',
  hideDetails: 'Hide details',
  details: 'Details',
  watching: (names: readonly string[]) => `Watching: ${namesWords(names, 'and')}`,
  typing: (names: readonly string[]) => `${namesWords(names, 'and')} ${names.length === 1 ? 'is' : 'are'} writing`,
  agent: (name: string) => `Agent: ${name}`,
  host: (name: string) => `Host: ${name}`,
  ofPlan: (title: string, part: string | undefined, version: number) =>
    `Executes ${part === undefined ? '' : `“${part}” of `}the plan “${title}”, version ${version}`,
  branch: (name: string) => `Branch: ${name}`,
  drover: 'Drover',
  droverLetters: 'Dr',
  byItself: 'by itself',
  byItselfFor: (name: string) => `Told by itself, as ${name} wanted`,
  sentPlan: (title: string, at: string) => `Plan “${title}”, version of ${at}`,
  sentPlanCut: 'only its beginning',
  notSentPlan: (title: string) => `Plan “${title}” was not sent`,
  notSentPlanWhy: 'It was deleted, could not be read, or was not for the person who wrote.',

  notFound: {
    title: 'There is no such run',
    text: 'It may have been deleted, or it belongs to another team.',
    all: 'All runs',
  },
  notHere: {
    title: 'This run is not on this device yet',
    text: 'You are offline. It loads once the server can be reached.',
  },
  broken: {
    title: 'This page stopped',
    text: 'Everything you sent is kept. Load the page again.',
    reload: 'Load again',
  },

  transcript: {
    label: 'Transcript',
    loading: 'Waiting for the transcript',
    older: 'Load older entries',
    loadingOlder: 'Loading older entries',
    olderOffline: 'Older entries are on the server. You are offline.',
    start: 'Start of the run',
    empty: 'Nothing has happened yet.',
    notHere: 'This transcript is not on this device. It loads once the server can be reached.',
    notSent: 'not sent. It starts once the server can be reached.',
    below: (fresh: number) => (fresh === 0 ? 'To the end' : `${numbers.format(fresh)} new below`),
    entryMenu: 'Entry',
    copyEntryLink: 'Copy link to this entry',
    copyText: 'Copy text',
  },

  output: {
    label: 'Output',
    end: 'End of the output',
    copy: 'Copy output',
    waiting: 'No output yet',
    none: 'No output',
    loading: 'Loading…',
    loadFailed: 'Could not load the whole output.',
    hidden: (lines: number) => `${count(lines, 'line')} hidden, show`,
    notHere: (units: number) => `${bytesWords(units)} left out here, kept on the machine until it ends`,
    download: 'Download',
    downloadName: 'Download the whole output',
    tooLong: (units: number) => `The middle is left out. All ${bytesWords(units)} can be downloaded`,
    loadAll: (units: number) => `The middle is left out. Load all ${bytesWords(units)}`,
  },

  thought: {
    now: 'Thinking…',
    past: (ms: number) => (ms < 1000 ? 'Thought' : `Thought for ${durationWords(ms)}`),
  },

  tool: {
    verb: toolVerb,
    lines: (lines: number) => count(lines, 'line'),
    exit: (code: number) => `exit ${code}`,
    failed: 'Failed',
    cancelled: 'Cancelled',
    running: 'Running',
    waiting: 'Waiting',
    done: 'Done',
    input: 'Input',
    locations: 'Files',
    line: (line: number) => `line ${line}`,
    moreFiles: (more: number) => `and ${count(more, 'file')} more`,
    copyCommand: 'Copy command',
  },

  setup: {
    title: 'Set-up',
    running: (done: number, all: number) => `${done} of ${count(all, 'step')}`,
    done: (all: number, ms: number | undefined) =>
      ms === undefined ? count(all, 'step') : `${count(all, 'step')} · ${durationWords(ms)}`,
    failed: 'failed',
    stopped: 'stopped',
  },

  tasks: {
    title: 'Tasks',
    updated: 'Updated',
    progress: (done: number, total: number) => `${done} of ${total}`,
    spoken: (done: number, total: number, waits: number) =>
      `${done} of ${total} done${waits > 0 ? `, ${waits} ${waits === 1 ? 'waits' : 'wait'} for you` : ''}`,
    state: {
      pending: 'Not started',
      in_progress: 'Working',
      completed: 'Done',
      failed: 'Failed',
      cancelled: 'Cancelled',
      waiting: 'Needs you',
    },
  },

  artifact: { title: 'Artifacts', added: 'Added', download: 'Download', open: 'Open' },

  files: {
    title: 'Files changed',
    none: 'No files changed yet.',
    count: (files: number) => count(files, 'file'),
    open: 'Show changes',
    more: (more: number) => `and ${count(more, 'file')} more`,
    status: { added: 'added', modified: 'changed', deleted: 'deleted', renamed: 'renamed' } satisfies Record<
      FileChange['status'],
      string
    >,
  },

  diff: {
    title: 'Changes',
    close: 'Close changes',
    files: 'Changed files',
    unified: 'Unified',
    split: 'Side by side',
    binary: 'A binary file. It is not shown.',
    binaryShort: 'binary',
    unread: {
      ignored: 'Left out by ignore rules that this run made itself. It is not shown.',
      unreadable: 'It can’t be read. It is not shown.',
      too_large: 'It is too large to be shown.',
      reserved: 'Git keeps this name for itself. It is not shown.',
    } satisfies Record<NonNullable<FileChange['unread']>, string>,
    unreadShort: {
      ignored: 'ignored',
      unreadable: 'unreadable',
      too_large: 'too large',
      reserved: 'not shown',
    } satisfies Record<NonNullable<FileChange['unread']>, string>,
    /** Git's modes: the last three digits are the rights, as `chmod` has them. */
    mode: ({ from, to }: NonNullable<FileChange['mode']>) =>
      from.startsWith('100') && to.startsWith('100')
        ? `Mode changed from ${from.slice(3)} to ${to.slice(3)}`
        : `Kind changed from ${kindOfMode(from)} to ${kindOfMode(to)}`,
    modeShort: 'mode',
    renamed: (from: string) => `Renamed from ${from}`,
    renamedOnly: 'Renamed; its content is the same.',
    noChange: 'No lines changed.',
    large: (lines: number) => `${count(lines, 'changed line')}. Show them`,
    loading: 'Loading the changes',
    failed: 'The changes of this file are not on this device.',
    unreadable: 'This diff can’t be drawn. Its text:',
    none: 'No files changed in this run.',
    hunk: (line: number) => `Line ${line}`,
    added: 'Added',
    removed: 'Removed',
    showMore: (lines: number) => `${count(lines, 'line')} more, show`,
  },

  rail: {
    label: 'Run details',
    spent: 'Spent',
    cost: 'Cost',
    time: 'Time',
    context: 'Context',
    contextUsed: (percent: number) => `${percent}% used`,
    tokens: 'Tokens',
    tokensUsed: (inputs: number, outputs: number, cached: number) =>
      `${numbers.format(inputs)} in, ${numbers.format(outputs)} out${cached > 0 ? `, ${numbers.format(cached)} cached` : ''}`,
    costOf: (spent: string, limit: string) => `${spent} of ${limit}`,
    nearLimit: 'near its limit',
    atLimit: 'at its limit',
    unpriced: (tokens: number) => `${numbers.format(tokens)} tokens have no price`,
    unknownModel: 'Model not told',
    waited: 'Waited for people',
    facts: 'Facts',
    startedBy: 'Started by',
    started: 'Started',
    host: 'Host',
    sandbox: 'Sandbox',
    image: 'Image',
    repository: 'Repository',
    branch: 'Branch',
    model: 'Model',
    sandboxes: { direct: 'On the machine itself', docker: 'Docker' },
  },

  ask: {
    label: 'Permission request',
    wants,
    waiting: (ms: number) => `waiting ${waitWords(ms)}`,
    since: (at: number) => `since ${clockWords(at)}`,
    number: (at: number, of: number) => `${at} of ${of}`,
    next: 'Next question',
    in: 'In',
    command: 'The command',
    effects: 'What each part does',
    question: 'The question',
    showWhole: 'It goes on. Show all of it',
    copyCommand: 'Copy command',
    loadWhole: 'The command is longer than this. Load all of it',
    loadFailed: 'Could not load all of it. Don’t allow what you can’t see.',
    noEffects: 'Drover can’t tell what this changes.',
    why: 'Why it asks',
    whoLabel: 'Who can answer',
    who: (others: readonly string[]) =>
      others.length === 0 ? 'You.' : `${namesWords(['You', ...others], 'or')}. The first answer counts.`,
    whoElse: (names: readonly string[]) =>
      names.length === 0 ? 'Nobody of this team.' : `${namesWords(names, 'or')}. The first answer counts.`,
    viewer: 'Your role is viewer, so you can’t answer.',
    ...askWords,
    allowSimilar: 'Allow similar in this run',
    similar: 'Allows in this run:',
    deny: 'Deny',
    denyWith: 'Deny with a message…',
    message: 'What the agent is told',
    messageHint: 'The agent reads this and goes on without the command.',
    sendDenial: 'Deny with this message',
    later: 'Put aside',
    reopen: 'Answer',
    announce: (agent: string, title: string) => `${agent} needs you: ${title}`,
    tool: 'Tool',
    input: 'Input',
    expires: (at: number) => `The question lapses at ${clockWords(at)}.`,
    notSent: 'Offline. Your answer is saved here and will be sent.',
    refusedAnswer: 'Your answer was not used.',
    alreadyBy: (name: string) => `Already answered by ${name}. Your answer was not used.`,
    staleAnswer: 'The command changed after you looked at it. Your answer was not used.',
    endedAnswer: 'The run had ended. Your answer was not used.',
  },

  /** What the palette offers on a run. */
  write: 'Write a message',
  toEnd: 'To the end of the transcript',
  showChanges: 'Show what it changed',

  composer: {
    label: 'Message to the agent',
    queuePlaceholder: 'Add to the queue…',
    nowPlaceholder: (agent: string) => `Interrupt ${agent}…`,
    followUp: (agent: string) => `Follow up with ${agent}…`,
    waitingPlaceholder: 'Add a message for when it starts…',
    viewer: 'Your role is viewer, so you can’t send messages.',
    queue: 'Queue this message',
    now: 'Interrupt and send now',
    send: 'Send',
    mode: 'When to send',
    modeQueue: 'Queue',
    modeQueueHint: 'Sent when this turn ends',
    modeNow: 'Send now',
    modeNowHint: 'Interrupts the agent',
    notKept: 'This browser could not save the message, so it is still here.',
    keys: 'sends',
    queueWhat: 'Write what to queue after /queue.',
    planWhat: 'Write what to plan after /plan.',
  },

  queue: {
    title: (waiting: number) => `${waiting} queued`,
    whenTurnEnds: 'Sent one by one when this turn ends',
    whenStarts: 'Sent when the run starts',
    paused: 'Paused. It goes on after the next turn that succeeds, or send one now',
    first: 'The agent gets it once everything is set up',
    fold: (open: boolean) => (open ? 'Hide the queued messages' : 'Show the queued messages'),
    nowEnded: 'Send now. The run goes on with it',
    edit: 'Edit',
    remove: 'Remove',
    up: 'Move up',
    down: 'Move down',
    now: 'Send now',
    nowLabel: 'Send now. Interrupts the agent',
    drag: 'Drag to reorder',
    grip: (place: number, of: number) => `Drag to reorder: ${place} / ${of}. Move up: ↑. Move down: ↓`,
    editLabel: 'Queued message',
    save: 'Save',
    moved: (place: number, of: number) => `Moved to ${place} of ${of}`,
    label: 'Queued messages',
    menu: 'Message',
    notYours: (name: string) => `From ${name}`,
    byItself: 'From Drover, by itself',
    files: (of: number) => count(of, 'file'),
  },

  refused: {
    sendPrompt: 'A message was not taken.',
    stopRun: 'The stop was not taken.',
    other: 'A change was not taken.',
    takeBack: 'Put it back into the composer',
  },

  states: {
    QUEUED: 'Queued',
    PENDING: 'Assigned to a machine',
    CLAIMED: 'Getting ready',
    INPROGRESS: 'Working',
    BLOCKED: 'Needs you',
    SUCCEEDED: 'Done',
    FAILED: 'Failed',
    ERROR: 'Failed',
    CANCELLED: 'Cancelled',
  } satisfies Record<RunState, string>,
  failed: {
    retry: 'Retry',
    noPrompt: 'The request could not be loaded. Send it again as a message.',
  },
  cancelledBy: (name: string) => `Cancelled by ${name}`,
} as const

/** What `callName` says, inside a sentence: only the word for oneself has a small letter there. */
export function midSentence(name: string): string {
  return name === runWords.you || name === runWords.somebody ? `${name.charAt(0).toLowerCase()}${name.slice(1)}` : name
}

/** "12 s", "1 min 12 s", then whole minutes. */
function waitWords(ms: number): string {
  const seconds = Math.floor((ms % 60_000) / 1000)
  return ms >= 60_000 && ms < 600_000 && seconds > 0 ? `${spanWords(ms)} ${seconds} s` : spanWords(ms)
}

/** "wants to run a command": what follows the agent's name. */
function wants(subject: PermissionRequest['subject']): string {
  switch (subject.kind) {
    case 'command':
      return 'wants to run a command'
    case 'edit':
      return subject.files.length === 1
        ? 'wants to change a file'
        : `wants to change ${count(subject.files.length, 'file')}`
    case 'tool':
      return 'wants to use a tool'
    case 'question':
      return 'asks how to go on'
  }
}

/** Before, while and after. */
const verbs: Record<ToolKind, readonly [next: string, now: string, past: string]> = {
  read: ['Read', 'Reading', 'Read'],
  edit: ['Edit', 'Editing', 'Edited'],
  delete: ['Delete', 'Deleting', 'Deleted'],
  move: ['Move', 'Moving', 'Moved'],
  search: ['Search', 'Searching', 'Searched'],
  execute: ['Run', 'Running', 'Ran'],
  think: ['Think', 'Thinking', 'Thought'],
  fetch: ['Fetch', 'Fetching', 'Fetched'],
  switch_mode: ['Switch mode', 'Switching mode', 'Switched mode'],
  other: ['Use', 'Using', 'Used'],
}

/** A call that failed or was cancelled did happen; one that waits for leave has not begun. */
function toolVerb(kind: ToolKind, status: ToolStatus): string {
  const [next, now, past] = verbs[kind]
  if (status === 'pending') return next
  return status === 'in_progress' ? now : past
}

function kindOfMode(mode: string): string {
  return mode === '120000' ? 'a link' : 'a file'
}
