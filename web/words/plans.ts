import type { PlanState } from '#shared/domain/plan.ts'
import { count, numbers } from './count.ts'
import { clockWords } from './time.ts'

type PlanFilter = 'all' | 'mine' | PlanState | 'archived'
type PlanSort = 'changed' | 'title' | 'made'

/** What is said of a plan's state, everywhere. */
export const planStateWords: Record<PlanState, string> = {
  draft: 'Draft',
  in_review: 'In review',
  approved: 'Approved',
  executing: 'Executing',
  done: 'Done',
}

/** Words of the plans list, and of what can be done to a plan there. */
export const plansWords = {
  title: 'Plans',
  list: 'Plans',
  untitled: 'Untitled plan',
  newPlan: 'New plan',
  importFile: 'Import Markdown',
  importAlso: 'import file md upload open',
  filters: 'Quick filters',
  filter: {
    all: 'All',
    mine: 'Mine',
    draft: 'Draft',
    in_review: 'In review',
    approved: 'Approved',
    executing: 'Executing',
    done: 'Done',
    archived: 'Archive',
  } satisfies Record<PlanFilter, string>,
  search: 'Search plans',
  clearSearch: 'Clear the search',
  sort: 'Order',
  sortBy: {
    changed: 'Changed last',
    title: 'By title',
    made: 'Made last',
  } satisfies Record<PlanSort, string>,
  folder: 'Folder',
  allFolders: 'All folders',
  noFolder: 'In no folder',
  author: 'Made by',
  anybody: 'Anybody',
  group: { none: 'No folder' },
  empty: 'No plans yet. Write one, or bring a Markdown file.',
  emptyForViewers: 'No plans yet. Your role in this team can read plans, but not write them.',
  waits: 'Waiting for the first answer of the server. Nothing is kept on this device yet.',
  waitsOffline: 'Offline, and nothing is kept on this device yet. Plans appear once it reaches the server.',
  noneFound: (find: string) => `No plan here has “${find}” in its title or text.`,
  noneUnder: (filter: string) => `No plan under “${filter}”.`,
  noneInFolder: 'No plan here has this folder and author.',
  stale: (at: number | undefined) =>
    at === undefined
      ? 'Offline. Showing what this device knows.'
      : `Showing what this device knew at ${clockWords(at)}. You can go on writing.`,
  clear: 'Show all plans',
  found: (plans: number) => count(plans, 'plan'),
  steps: (done: number, total: number) => `${done} of ${count(total, 'step')} done`,
  stepsShort: (done: number, total: number) => `${done}/${total}`,
  words: (words: number) => count(words, 'word'),
  wordsShort: (words: number) => numbers.format(words),
  changedBy: (name: string) => `Changed by ${name}`,
  local: 'Not sent yet',
  more: (title: string) => `More of ${title}`,
  open: 'Open',
  duplicate: 'Duplicate',
  copyOf: (title: string) => `${title} (copy)`,
  move: 'Move to folder…',
  archive: 'Archive',
  unarchive: 'Take out of the archive',
  remove: 'Delete…',
  archived: (title: string) => `“${title}” is in the archive.`,
  undo: 'Undo',
  dropHere: 'Drop a Markdown file to make it a plan',
  notMarkdown: (name: string) => `“${name}” is not a Markdown file.`,
  tooLarge: (name: string) => `“${name}” is too large for a plan.`,
  unread: (name: string) => `“${name}” could not be read.`,
  textNotHere: 'The text of this plan is not on this device. Open it once while the server can be reached.',
  picturesMissing: (count: number) =>
    count === 1
      ? 'One picture is not on this device and could not be fetched: it is not in the file.'
      : `${count} pictures are not on this device and could not be fetched: they are not in the file.`,
  notPinned: 'This device could not note that the plan is to be kept. Its storage may be full.',
  notMade: 'The plan could not be made here. Free some space on this device, then try again.',
  /** A plan that is gone for everybody, with what was written into it here. */
  lost: {
    title: (title: string) => `“${title}” is only on this device`,
    text: 'The plan was deleted, or is no longer shared with you, before what you wrote here could be sent.',
    save: 'Make it a new plan',
    discard: 'Discard',
    discardTitle: (title: string) => `Discard what you wrote into “${title}”?`,
    discardText: 'It is on no other device.',
  },
  edits: (title: string) => `Edits of “${title}”`,
  editsWait: 'Edits of plans that wait to be sent',
  picture: 'Picture',
  pictureIn: (title: string) => `Picture in “${title}”`,
  picturesWait: 'Pictures that the server does not have yet',
  moveDialog: {
    title: 'Move to a folder',
    label: 'Folder',
    hint: 'A name, or names separated by “/”. Empty: in no folder.',
    wrong: 'Names separated by “/”, without spaces at their ends.',
    confirm: 'Move',
  },
  removeDialog: {
    title: (title: string) => `Delete “${title}”?`,
    text: 'Its text, its comments and all its versions are gone for everybody. The archive would keep them.',
    confirm: 'Delete',
  },
} as const
