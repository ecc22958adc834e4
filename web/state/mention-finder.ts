import { commandMention, pageMention, pathMention, runMention, symbolMention } from '#shared/domain/mention.ts'
import type { Plan } from '#shared/domain/plan.ts'
import { planMention } from '#shared/domain/plan-mention.ts'
import type { Run } from '#shared/domain/run.ts'
import { mentionWords } from '../words/mention.ts'
import { createBrought, type Made } from './brought.ts'
import { createRunFinder, holdsAll, planText, toWords } from './find.ts'
import type { CommandBlock, Mentionable, MentionItem } from './mentionable.ts'
import { createPathIndex, type PathIndex } from './path-index.ts'
import { createSymbolIndex, type SymbolIndex } from './symbol-index.ts'

/** Of each group; a few of each while nothing is typed. */
const most = 8
const few = 4
const { groups } = mentionWords

const lastPaths: { current?: Made<PathIndex> } = {}
const lastSymbols: { current?: Made<SymbolIndex> } = {}

/** Offers plans, files, symbols, runs and commands. Follows signals: a list of files that comes later is offered with the next look. */
export function createMentionFinder(
  of: Mentionable & { readonly plans: () => readonly Plan[]; readonly runs: () => readonly Run[] },
): (query: string) => readonly MentionItem[] {
  const paths = createBrought(of.blobs, { last: lastPaths, make: createPathIndex })
  const symbols = createBrought(of.blobs, { last: lastSymbols, make: createSymbolIndex })
  const findRuns = createRunFinder()

  return (query) => {
    if (/^https?:\/\//i.test(query)) return findPage(query)
    const listed = of.paths()
    const many = query === '' ? few : most
    return [
      ...findPlans(of.plans(), query).slice(0, many),
      ...findPaths(paths(listed?.blob), query, of.recent?.() ?? []).slice(0, query === '' ? most : many),
      ...findSymbols(symbols(listed?.symbols?.blob), query).slice(0, many),
      ...findRuns(of.runs(), query)
        .filter(
          ({ id, title }) => id !== of.runId && (query === '' || holdsAll(title.toLocaleLowerCase(), toWords(query))),
        )
        .slice(0, few)
        .map((run): MentionItem => ({
          key: run.id,
          title: run.title,
          hint: '',
          text: runMention(run),
          kind: 'run',
          group: groups.runs,
        })),
      ...findCommands(of.commands?.() ?? [], query).slice(0, few),
    ]
  }
}

/** An address is offered as soon as it is one. */
function findPage(query: string): readonly MentionItem[] {
  const text = pageMention(query)
  if (text === undefined) return []
  const title = query.replace(/^https?:\/\//i, '')
  return [{ key: `page/${query}`, title, hint: mentionWords.readPage, text, kind: 'page', group: groups.pages }]
}

/** Plans whose title or folder has every word, those that changed last first. */
function findPlans(plans: readonly Plan[], query: string): readonly MentionItem[] {
  const words = toWords(query)
  return plans
    .filter((plan) => plan.archivedAt === undefined && plan.title !== '' && holdsAll(named(plan), words))
    .toSorted((a, b) => b.updatedAt - a.updatedAt)
    .slice(0, most)
    .map((plan) => ({
      key: plan.id,
      title: plan.title,
      hint: plan.folder,
      text: planMention(plan),
      kind: 'plan',
      group: groups.plans,
    }))
}

/** Title and folder: the lines with which its text for search begins. */
function named(plan: Plan): string {
  return planText(plan).split('\n', 2).join('\n')
}

function findPaths(index: PathIndex | undefined, query: string, recent: readonly string[]): readonly MentionItem[] {
  if (index === undefined) return []
  const first = query === '' ? recent.filter((path) => index.has(path)) : []
  const found = [...new Set([...first, ...index.find(query, most)])].slice(0, most)
  return found.map((path) => {
    const isFolder = path.endsWith('/')
    const name = path.slice(path.lastIndexOf('/', path.length - 2) + 1)
    return {
      key: `path/${path}`,
      title: name,
      hint: path.slice(0, -name.length),
      text: pathMention(path),
      kind: isFolder ? 'folder' : 'file',
      group: groups.files,
    }
  })
}

function findSymbols(index: SymbolIndex | undefined, query: string): readonly MentionItem[] {
  return (index?.find(query, most) ?? []).map(({ kind, name, path, line }) => ({
    key: `symbol/${path}/${line}/${name}`,
    title: name,
    hint: mentionWords.symbol(kind, path, line),
    text: symbolMention({ name, path, line }),
    kind: 'symbol',
    group: groups.symbols,
  }))
}

function findCommands(commands: readonly CommandBlock[], query: string): readonly MentionItem[] {
  const words = toWords(query)
  return commands
    .filter(({ command }) => holdsAll(command.toLocaleLowerCase(), words))
    .slice(0, few)
    .map(({ n, command, exitCode }) => ({
      key: `command/${n}`,
      title: command.split('\n', 1)[0] ?? command,
      hint: exitCode === undefined ? '' : mentionWords.exit(exitCode),
      text: commandMention({ n, command }),
      kind: 'command',
      group: groups.commands,
    }))
}
