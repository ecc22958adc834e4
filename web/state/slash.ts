import type { HarnessCommand } from '#shared/domain/harness.ts'
import { mentionWords } from '../words/mention.ts'
import { slashWords } from '../words/slash.ts'

export type ExportFormat = 'markdown' | 'json'

/** A line of the list: `text` is written in place of what was typed, or `act` is done. */
export type SlashItem = {
  readonly key: string
  readonly title: string
  readonly hint: string
  readonly text: string
  readonly kind: 'slash'
  readonly group: string
  readonly act?: (() => void) | undefined
}

/** What a message that begins with `/` can mean here. What is absent is not offered. */
export type SlashActs = {
  readonly canPlan: () => boolean
  readonly canQueue: () => boolean
  readonly profiles: () => readonly { readonly id: string; readonly name: string }[]
  readonly onProfile: ((id: string, name: string) => void) | undefined
  /** That the agent can go on with, and which of them it has now. */
  readonly models?: (() => readonly SlashChoice[]) | undefined
  readonly onModel?: ((id: string, name: string) => void) | undefined
  readonly efforts?: (() => readonly SlashChoice[]) | undefined
  readonly onEffort?: ((id: string, name: string) => void) | undefined
  readonly onExport: ((format: ExportFormat) => void) | undefined
  readonly onCost: (() => void) | undefined
  /** Of the agent, as it told them last. */
  readonly commands: () => readonly HarnessCommand[]
  readonly agent: () => string
}

export type SlashChoice = { readonly id: string; readonly name: string; readonly isNow: boolean }

type Own = Pick<SlashItem, 'title' | 'hint' | 'text' | 'act'>

/** Ours first, then the agent's own; those that begin with what was typed before those that hold it. */
export function findSlash(acts: SlashActs, query: string): readonly SlashItem[] {
  const typed = query.toLocaleLowerCase()
  const ours = rank(ownOf(acts, typed), typed).map((one) => choice(one, mentionWords.groups.ours))
  const taken = new Set(ours.map(({ title }) => title))
  const theirs = acts
    .commands()
    .map(({ name, description, hint }): Own => ({
      title: `/${name}`,
      hint: hint === undefined || hint === '' ? description : `${hint}: ${description}`,
      text: `/${name}`,
    }))
    .filter(({ title }) => !taken.has(title))
  return [...ours, ...rank(theirs, typed).map((one) => choice(one, acts.agent()))]
}

const choice = (one: Own, group: string): SlashItem => ({
  ...one,
  key: `${group}${one.title}`,
  kind: 'slash',
  group,
})

function ownOf(acts: SlashActs, typed: string): readonly Own[] {
  const { canPlan, canQueue, profiles, onProfile, onExport, onCost } = acts
  const w = slashWords
  const own: Own[] = []
  if (canPlan()) own.push({ title: '/plan', hint: w.plan.text, text: '/plan' })
  if (canQueue()) own.push({ title: '/queue', hint: w.queue.text, text: '/queue' })
  if (onProfile !== undefined && /^profile\s/.test(typed))
    for (const { id, name } of profiles())
      own.push({ title: `/profile ${name}`, hint: '', text: '', act: () => onProfile(id, name) })
  else if (onProfile !== undefined && profiles().length > 0)
    own.push({ title: '/profile', hint: w.profile.text, text: '/profile' })
  own.push(...choicesOf('model', typed, { all: acts.models?.(), text: w.model.text, onChoice: acts.onModel }))
  own.push(...choicesOf('effort', typed, { all: acts.efforts?.(), text: w.effort.text, onChoice: acts.onEffort }))
  if (onExport !== undefined) {
    own.push({ title: '/export', hint: w.exportMarkdown.text, text: '', act: () => onExport('markdown') })
    own.push({ title: '/export json', hint: w.exportJson.text, text: '', act: () => onExport('json') })
  }
  if (onCost !== undefined) own.push({ title: '/cost', hint: w.cost.text, text: '', act: onCost })
  return own
}

/** One line for the command, and once it is typed one for each choice. */
function choicesOf(
  command: string,
  typed: string,
  of: {
    readonly all: readonly SlashChoice[] | undefined
    readonly text: string
    readonly onChoice: ((id: string, name: string) => void) | undefined
  },
): readonly Own[] {
  const { all = [], text, onChoice } = of
  if (onChoice === undefined || all.length === 0) return []
  if (!typed.startsWith(`${command} `)) return [{ title: `/${command}`, hint: text, text: `/${command}` }]
  return all.map(({ id, name, isNow }) => ({
    title: `/${command} ${name}`,
    hint: isNow ? slashWords.now : '',
    text: '',
    act: () => onChoice(id, name),
  }))
}

/** At most so many of each heading. */
const most = 50

function rank(all: readonly Own[], typed: string): readonly Own[] {
  const names = all.map((one) => ({ one, name: one.title.slice(1).toLocaleLowerCase() }))
  const first = names.filter(({ name }) => name.startsWith(typed))
  // What was typed to its end, with words after it, is a message.
  const then = /\s/.test(typed) ? [] : names.filter(({ name }) => !name.startsWith(typed) && name.includes(typed))
  return [...first, ...then].slice(0, most).map(({ one }) => one)
}
