import type { Run } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import type { TextHit } from '#sync/client/workspace.ts'
import type { Command } from '../../../state/commands.ts'
import { fold, holdsAll, runText, toWords } from '../../../state/find.ts'
import type { Page } from '../../../state/pages.ts'

/** What the palette can lead to. */
export type Entry =
  | { readonly type: 'run'; readonly key: string; readonly run: Run }
  | { readonly type: 'page'; readonly key: string; readonly page: Page }
  | { readonly type: 'command'; readonly key: string; readonly command: Command }
  | { readonly type: 'said'; readonly key: string; readonly run: Run; readonly hit: TextHit }

export type HitGroup = {
  readonly name: 'recent' | 'here' | 'pages' | 'app' | 'plans' | 'runs' | 'said'
  readonly entries: readonly Entry[]
}

export type Searched = {
  readonly runs: readonly Run[]
  /** The runs opened last, newest first. */
  readonly recent: readonly RunId[]
  readonly pages: readonly Page[]
  /** Each plan as a place to go to. */
  readonly plans: readonly Page[]
  readonly here: readonly Command[]
  readonly app: readonly Command[]
}

/** More than fit on a screen: whoever needs the next one types another letter. */
export const hitLimit = 20
const recentLimit = 5

/** With nothing typed: runs opened last, what can be done here, where one can go. Else what holds every word, the best group first. */
export function findHits(find: string, searched: Searched): readonly HitGroup[] {
  const words = toWords(find)
  if (words.length === 0) return cut(atStart(searched))
  const groups = [
    rankedNamed('here', searched.here.map(toCommand), words),
    rankedNamed('app', searched.app.map(toCommand), words),
    rankedNamed('pages', searched.pages.map(toPage), words),
    rankedNamed('plans', searched.plans.map(toPage), words),
    rankedRuns(searched.runs, words),
  ]
  return cut(groups.toSorted((a, b) => b.best - a.best).map(({ group }) => group))
}

/** Where the words stand in a title, as `[from, to)`, in order and without overlap. */
export function marksIn(title: string, find: string): readonly (readonly [from: number, to: number])[] {
  const text = fold(title)
  // A letter that has another length in the other case would shift every place after it.
  if (text.length !== title.length) return []
  const found = toWords(find)
    .flatMap((word) => {
      const from = placeOf(text, word)
      return from === -1 ? [] : [[from, from + word.length] as const]
    })
    .toSorted(([a], [b]) => a - b)
  return found.filter(([from], index) => index === 0 || from >= (found[index - 1]?.[1] ?? 0))
}

/** A piece of the prompt around the first word that only stands there; `undefined` when the title has them all. */
export function lineFromPrompt(run: Run, find: string): string | undefined {
  const title = fold(run.title)
  const word = toWords(find).find((one) => !title.includes(one))
  if (word === undefined) return undefined
  const at = fold(run.prompt).indexOf(word)
  if (at === -1) return undefined
  const from = at < 30 ? 0 : run.prompt.lastIndexOf(' ', at - 20) + 1
  const line = run.prompt
    .slice(from, from + 120)
    .replace(/\s+/g, ' ')
    .trim()
  return from > 0 ? `…${line}` : line
}

export function toRun(run: Run): Entry {
  return remembered(runEntries, run, () => ({ type: 'run', key: run.id, run }))
}

type Ranked = { readonly best: number; readonly group: HitGroup }
type Named = { readonly entry: Entry; readonly text: string }

const runEntries = new WeakMap<Run, Entry>()
const named = new WeakMap<Page | Command, Named>()

/** How well a title answers: it begins with what was typed, each word begins one of its words, it holds them, it does not. */
function rate(text: string, words: readonly string[]): number {
  if (text.startsWith(words.join(' '))) return 4
  return words.every((word) => isWordStart(text, placeOf(text, word))) ? 3 : 2
}

function rankedNamed(name: HitGroup['name'], all: readonly Named[], words: readonly string[]): Ranked {
  const found = all
    .filter(({ text }) => holdsAll(text, words))
    .map(({ entry, text }) => ({ entry, score: rate(text, words) }))
    .toSorted((a, b) => b.score - a.score)
  return { best: found[0]?.score ?? 0, group: { name, entries: found.map(({ entry }) => entry) } }
}

/** One pass over all rows that keeps only the best few: its cost follows the rows, not the hits. */
function rankedRuns(runs: readonly Run[], words: readonly string[]): Ranked {
  const best: { readonly run: Run; readonly score: number }[] = []
  for (const run of runs) {
    const text = runText(run)
    if (!holdsAll(text, words)) continue
    const title = text.slice(0, text.indexOf('\n'))
    const one = { run, score: holdsAll(title, words) ? rate(title, words) : 1 }
    const last = best[hitLimit - 1]
    if (last !== undefined && !isBetter(one, last)) continue
    const place = best.findIndex((other) => isBetter(one, other))
    best.splice(place === -1 ? best.length : place, 0, one)
    if (best.length > hitLimit) best.pop()
  }
  return { best: best[0]?.score ?? 0, group: { name: 'runs', entries: best.map(({ run }) => toRun(run)) } }
}

function isBetter(a: { run: Run; score: number }, b: { run: Run; score: number }): boolean {
  return a.score !== b.score ? a.score > b.score : a.run.stateAt > b.run.stateAt
}

function atStart(searched: Searched): readonly HitGroup[] {
  const byId = new Map(searched.runs.map((run) => [run.id, run]))
  const recent = searched.recent
    .flatMap((id) => byId.get(id) ?? [])
    .slice(0, recentLimit)
    .map(toRun)
  const entries = (all: readonly Named[]) => all.map(({ entry }) => entry)
  return [
    { name: 'recent', entries: recent },
    { name: 'here', entries: entries(searched.here.map(toCommand)) },
    { name: 'pages', entries: entries(searched.pages.map(toPage)) },
    { name: 'app', entries: entries(searched.app.map(toCommand)) },
  ]
}

function cut(groups: readonly HitGroup[]): readonly HitGroup[] {
  let room = hitLimit
  return groups.flatMap((group) => {
    const entries = group.entries.slice(0, room)
    room -= entries.length
    return entries.length === 0 ? [] : [{ ...group, entries }]
  })
}

function toPage(page: Page): Named {
  return remembered(named, page, () => ({
    entry: { type: 'page', key: `page ${page.href}`, page },
    text: fold(`${page.title} ${page.also ?? ''}`),
  }))
}

function toCommand(command: Command): Named {
  return remembered(named, command, () => ({
    entry: { type: 'command', key: `command ${command.id}`, command },
    text: fold(`${command.title} ${command.also ?? ''}`),
  }))
}

function remembered<Key extends object, Value>(known: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  const before = known.get(key)
  if (before !== undefined) return before
  const made = make()
  known.set(key, made)
  return made
}

/** Where a word stands: at the start of one of the text's words if it does, else wherever it is found first. */
function placeOf(text: string, word: string): number {
  const first = text.indexOf(word)
  for (let at = first; at !== -1; at = text.indexOf(word, at + 1)) if (isWordStart(text, at)) return at
  return first
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || (at > 0 && !/[\p{L}\p{N}]/u.test(text.charAt(at - 1)))
}
