import type { Node } from '@tiptap/pm/model'
import { planTitleLimit, type Plan } from '#shared/domain/plan.ts'
import { countWords } from '#shared/words.ts'

const excerptLimit = 300
/** A heading of an outline, and how many of them there are at most. */
const outlineTextLimit = 200
const outlineLimit = 2_000

export type PlanFacts = Pick<Plan, 'title' | 'excerpt' | 'words' | 'steps'>

/** What lists say of a plan. */
export function planFacts(plan: Node): PlanFacts {
  const titleAt = titleIndex(plan)
  const title = titleAt === undefined ? undefined : plan.child(titleAt)
  // A block that is no heading gives the title its first words, and the rest of it the excerpt.
  const words = title === undefined ? '' : textOf(title)
  const cut = shortened(words, planTitleLimit)
  const begun = title?.type.name === 'heading' ? '' : words.slice(cut.endsWith('…') ? cut.length - 1 : cut.length)
  let excerpt = begun.trim()
  for (let index = 0; index < plan.childCount && excerpt.length <= excerptLimit; index++) {
    if (index === titleAt) continue
    const text = textOf(plan.child(index), excerptLimit * 2)
    if (text !== '') excerpt = excerpt === '' ? text : `${excerpt} ${text}`
  }
  return {
    title: cut,
    excerpt: shortened(excerpt, excerptLimit),
    words: plan.children.reduce((sum, block) => sum + countWords(textOf(block)), 0),
    steps: stepsOf(plan.children),
  }
}

export type OutlineEntry = {
  readonly id: string | null
  readonly level: number
  readonly text: string
  /** Of the section with those below it. */
  readonly steps: { readonly done: number; readonly total: number }
  /** Which block of the document it is. */
  readonly index: number
}

/** The headings of a plan in order, each with the steps beneath it; the first 2,000 of them. */
export function outlineOf(plan: Node): OutlineEntry[] {
  const entries: (OutlineEntry & { steps: { done: number; total: number } })[] = []
  /** Those that the present block belongs to. */
  let open: (typeof entries)[number][] = []
  for (const [index, block] of plan.children.entries()) {
    if (block.type.name !== 'heading') {
      const { done, total } = stepsOf([block])
      for (const entry of open) {
        entry.steps.done += done
        entry.steps.total += total
      }
      continue
    }
    if (entries.length === outlineLimit) break
    const level = typeof block.attrs['level'] === 'number' ? block.attrs['level'] : 1
    const id = typeof block.attrs['id'] === 'string' ? block.attrs['id'] : null
    const entry = { id, level, text: shortened(textOf(block), outlineTextLimit), steps: { done: 0, total: 0 }, index }
    open = [...open.filter((other) => other.level < level), entry]
    entries.push(entry)
  }
  return entries
}

function stepsOf(blocks: readonly Node[]): { done: number; total: number } {
  const steps = { done: 0, total: 0 }
  for (const block of blocks)
    block.descendants((node) => {
      if (node.type.name === 'taskItem') {
        steps.total++
        if (node.attrs['checked'] === true) steps.done++
      }
      return !node.isTextblock
    })
  return steps
}

/** The first heading with a text, else the first block with one. */
function titleIndex(plan: Node): number | undefined {
  let first: number | undefined
  for (const [index, block] of plan.children.entries()) {
    const empty = textOf(block, 1) === ''
    if (!empty && block.type.name === 'heading') return index
    if (!empty) first ??= index
  }
  return first
}

/** The text of a block on one line; a mention is its label. `enough`: it may stop there. */
function textOf(block: Node, enough = Infinity): string {
  let text = ''
  const add = (node: Node): boolean => {
    if (text.length > enough) return false
    if (node.isText) text += node.text ?? ''
    else if (node.type.name === 'mention') text += String(node.attrs['label'])
    else if (node.isBlock || node.type.name === 'hardBreak') text += ' '
    return true
  }
  add(block)
  block.descendants(add)
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Cut between characters, with a sign that there is more. */
function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text
  return `${text
    .slice(0, limit - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`
}
