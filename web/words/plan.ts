import type { PlanDocumentState } from '#sync/client/plans/plan-document.ts'
import type { MentionKind } from '#sync/core/plan/schema.ts'
import { count, numbers } from './count.ts'
import { clockWords } from './time.ts'

/** Words of a plan's page and its editor. */
export const planWords = {
  back: 'Back to plans',
  path: 'Where this plan is',
  more: 'More of this plan',
  state: 'State of this plan',
  stateIs: (state: string) => `State: ${state}`,
  here: (names: readonly string[]) => `Here now: ${names.join(', ')}`,
  text: 'Text of the plan',
  titleHolder: 'Title',
  holder: 'Write, or press “/” for headings, lists, tables and more',
  opening: 'Opening the plan',
  coming: 'The text of this plan is on its way to this device.',
  copyMarkdown: 'Copy as Markdown',
  download: 'Download as Markdown',
  print: 'Print…',
  write: 'Write in the plan',
  readOnly: 'Your role in this team can read plans, but not write them.',
  outline: {
    title: 'In this plan',
    show: 'Show the outline',
    empty: 'Headings appear here.',
    steps: (done: number, total: number) => `${done} of ${total} steps done`,
    stepsShort: (done: number, total: number) => `${done}/${total}`,
    stepsBeside: (done: number, total: number) => `${done} of ${total}`,
  },
  execute: {
    label: 'Execute',
    title: 'Execute this plan',
    text: 'A run starts from the plan as it is when you start it; that version stays pinned to it.',
    what: 'What should be done',
    whole: 'The whole plan',
    wholeShort: 'Whole plan',
    section: 'One section',
    sectionHint: 'A heading with all that follows it.',
    noSections: 'This plan has no headings yet.',
    steps: 'Single steps',
    stepsHint: 'Boxes of its check lists, one by one.',
    noSteps: 'This plan has no check list yet.',
    nameless: 'Without a heading',
    left: (done: number, total: number) =>
      total === 0 ? 'No steps' : `${numbers.format(total - done)} of ${count(total, 'step')} open`,
    leftShort: (left: number) => `${count(left, 'step')} left`,
    done: 'Done',
    next: 'Choose an agent',
    tooMany: (most: number) => `At most ${numbers.format(most)} single steps. Choose a section instead.`,
    changed: (agent: string, version: number) => `${agent} works from version ${version}. The plan has changed since.`,
    tellNow: 'Tell it now',
    tellLater: 'Tell it after this turn',
    tellNot: 'Leave it',
    changesTooLong: 'The change is too long for one message. Tell the agent in words, or start another run.',
    told: (version: number) => `Told of version ${version}`,
    tells: 'Tell the agent about changes by itself',
    tellsHint: 'After its turn, once nobody has written for a while.',
    tellsOn: 'Tell the agent about changes by itself',
    tellsOff: 'Tell no agent about changes by itself',
    runs: 'Runs',
    atStep: (agent: string, state: string) => `${agent} is at this step: ${state}`,
    moreRuns: (more: number) => `and ${numbers.format(more)} more`,
  },
  history: { title: 'History', show: 'Show the history', hide: 'Hide the history' },
  counts: (words: number, done: number, total: number) =>
    total === 0
      ? count(words, 'word')
      : `${count(words, 'word')} · ${numbers.format(done)} of ${count(total, 'step')} done`,
  find: {
    title: 'Find in this plan',
    label: 'Words to find in the plan',
    holder: 'Find in this plan',
    at: (index: number, of: number) => `${numbers.format(index)} of ${numbers.format(of)}`,
    none: 'Nothing found',
    earlier: 'Earlier',
    later: 'Later',
    close: 'Close',
  },
  fallback: {
    label: 'Text of the plan, read only',
    noEditor: 'The editor could not be loaded, so the text is shown as Markdown, read only.',
    newer:
      'This plan has parts that this Drover does not know yet. Reload to get the newer one; until then it can be read only.',
    notHere: 'The whole of this plan is not on this device yet. This is what the list knows of it.',
    cut: 'The rest comes with the server.',
    retry: 'Try again',
    nothing: 'The text of this plan is not on this device. It comes once the server can be reached.',
  },
  refused: {
    not_found:
      'This plan was deleted, or is no longer shared with you. What you wrote stays on this device; copy it to keep it.',
    not_allowed:
      'Your role in this team can read plans, but not write them. What you wrote before stays on this device; copy it to keep it.',
    signed_out: 'This session has ended. What you write stays on this device; sign in to send it.',
    full: 'This plan has reached its largest size. What you write now stays on this device. Move parts into another plan.',
    malformed:
      'The server could not take the last change. What you write stays on this device. Copy the text, then reload.',
  },
  notKept:
    'This device has no room left: what you write now is gone when the page is closed, unless the server takes it.',
  notFound: {
    title: 'There is no such plan',
    text: 'It may have been deleted, or it belongs to a team that you are not in.',
    all: 'All plans',
  },
  notHere: {
    title: 'This plan is not on this device',
    text: 'It can be opened once Drover reaches its server.',
  },
  broken: {
    title: 'This plan can’t be shown',
    text: 'What is written is safe on this device and the server. Try again, or reload.',
    reload: 'Try again',
  },
  code: { language: 'Language of this code', plain: 'plain text' },
  step: (text: string) => (text === '' ? 'Step' : `Step: ${text}`),
  picture: (name: string) => `Picture: ${name}`,
  images: {
    bar: 'Picture',
    alt: 'What the picture shows',
    altHolder: 'What it shows, for who can’t see it',
    setAlt: 'Keep these words',
    remove: 'Remove the picture',
    state: {
      opening: 'Opening the picture',
      coming: 'Picture on its way',
      away: 'This picture is not on this device. It comes once the server can be reached.',
      broken: 'This browser can’t show the picture.',
    },
    refused: 'Not sent. The outbox says why.',
    tooMany: (most: number) => `At most ${numbers.format(most)} pictures at once. The first ones are put in.`,
    unfit: {
      no_picture: (name: string) => `“${name}” is no picture that a plan takes: PNG, JPEG, GIF, WebP or AVIF.`,
      too_large: (name: string) => `“${name}” is too large. A picture has at most 10 MB and 40 million pixels.`,
      unreadable: (name: string) => `“${name}” could not be read.`,
    },
    notKept: 'This device has no room for the picture. Free some space, then try again.',
  },
  pictureDialog: {
    title: 'Picture by its address',
    address: 'Address',
    hint: 'It is shown as a link: fetching it would tell its server who reads this plan.',
    wrong: 'An address begins with https:// and has no spaces.',
    alt: 'What it shows',
    confirm: 'Put in',
  },
  file: {
    copied: 'The path is copied',
    open: 'Open in the run’s changes',
    title: 'File. A press copies its path, and opens it among the changes of this plan’s newest run',
  },
  mention: {
    label: 'Mention a plan or a run',
    none: 'No plan and no run is called that. With a “/” it is the path of a file.',
    of: { path: 'File', plan: 'Plan', rule: 'Rule', skill: 'Skill', run: 'Run' } satisfies Record<MentionKind, string>,
  },
  slash: {
    label: 'Put in',
    none: 'Nothing is called that.',
    group: { text: 'Text', lists: 'Lists', parts: 'Parts' },
    paragraph: 'Text',
    heading1: 'Title',
    heading2: 'Heading',
    heading3: 'Smaller heading',
    bullets: 'List',
    numbers: 'Numbered list',
    steps: 'Steps',
    stepsAlso: 'check list todo task box',
    quote: 'Quote',
    code: 'Code',
    table: 'Table',
    rule: 'Line',
    picture: { device: 'Picture from this device', address: 'Picture by its address' },
    mention: 'Mention a plan or a run',
  },
  marks: {
    label: 'Form of the text',
    bold: 'Bold',
    italic: 'Italic',
    strike: 'Struck through',
    code: 'Code',
    link: 'Link',
  },
  link: {
    label: 'Address of the link',
    holder: 'https://…',
    set: 'Set the link',
    remove: 'Remove the link',
    open: 'Open the link',
  },
  table: {
    label: 'Table',
    rowBefore: 'Row above',
    rowAfter: 'Row below',
    rowRemove: 'Remove the row',
    columnBefore: 'Column before',
    columnAfter: 'Column after',
    columnRemove: 'Remove the column',
    remove: 'Remove the table',
  },
  bar: {
    label: 'Writing',
    undo: 'Undo',
    redo: 'Redo',
    more: 'Put in',
    heading: 'Heading',
    bullets: 'List',
    steps: 'Steps',
    picture: 'Picture',
    indent: 'Move in',
    outdent: 'Move out',
    done: 'Done writing',
  },
  handle: 'Drag to move this part. With the keyboard: Alt and an arrow.',
} as const

/** How far this device and the server agree on a plan's text. */
export function planSyncWords(state: PlanDocumentState, offlineSince: number | undefined, phone: boolean): string {
  if (state.refused !== undefined || !state.kept) return 'Not saved'
  if (state.connection === 'online') return state.stored ? (state.synced ? 'Saved' : 'Catching up') : 'Saving'
  if (state.connection === 'polling') return phone ? 'Slow connection' : 'Slow connection: changes go every few seconds'
  if (!state.stored) return phone ? 'On this phone, not sent' : 'On this device, not sent'
  if (state.connection === 'connecting') return 'Connecting'
  return offlineSince === undefined ? 'Offline' : `Offline since ${clockWords(offlineSince)}`
}
