import type { Node } from '@tiptap/pm/model'
import { diffArrays } from 'diff'
import { alignKeys } from './alignment/align.ts'
import { pairChanged } from './alignment/pair-changed.ts'
import { diffTexts, type Piece } from './alignment/words.ts'
import { writePlan } from './markdown.ts'
import { normalPlan } from './markdown/normal-form.ts'
import { planSchema } from './schema.ts'

/** Changed blocks that are compared by word; the others of so different texts are told as a whole. */
const wordComparisons = 2_000

/** Markdown of blocks, by what they are. */
export type Written = Map<string, string>

/** Blocks whose Markdown is remembered; beyond that it begins anew. */
const writtenLimit = 20_000

/** A block of a version: its Markdown, and which block of the version's normal form it is. */
export type Side = { readonly index: number; readonly text: string }

/** What became of a block between two versions. A moved one is told twice: where it `left`, and where it `came`. */
export type BlockChange =
  | { readonly kind: 'same'; readonly before: Side; readonly after: Side }
  | { readonly kind: 'added'; readonly after: Side }
  | { readonly kind: 'removed'; readonly before: Side }
  | { readonly kind: 'changed'; readonly before: Side; readonly after: Side; readonly pieces: readonly Piece[] }
  | { readonly kind: 'left'; readonly before: Side; readonly after: Side }
  | { readonly kind: 'came'; readonly before: Side; readonly after: Side }

export type Comparison = {
  /** In the order of the later version; what is gone stands where it was. */
  readonly changes: readonly BlockChange[]
  /** Lines of Markdown that are new or gone; a moved block counts for neither. */
  readonly added: number
  readonly removed: number
}

/**
 * Compares two versions by block and by word. The cost grows with the number of blocks (each is written as Markdown once), with small squares
 * where they changed; see `alignKeys`, `pairChanged` and `diffTexts` for their bounds. `written`, given again the next time, saves writing the blocks that stayed:
 * four fifths of the time for a text that is compared while it is written.
 */
export function comparePlans(before: Node, after: Node, written: Written = new Map()): Comparison {
  const [a, b] = [sides(before, written), sides(after, written)]
  const same = alignKeys(
    a.map(({ side }) => side.text),
    b.map(({ side }) => side.text),
  )
  const moves = findMoves(a, b, same)
  const changes: BlockChange[] = []
  let comparisons = 0
  const stops = [...same, [a.length, b.length] as const]
  let [i, j] = [0, 0]
  for (const [untilA, untilB] of stops) {
    const gone = a.slice(i, untilA).filter(({ side }) => !moves.before.has(side.index))
    const come = b.slice(j, untilB).filter(({ side }) => !moves.after.has(side.index))
    const pairs = new Map(
      pairChanged(
        gone.map(({ node }) => node),
        come.map(({ node }) => node),
      ).flatMap(([x, y]) => {
        const [was, is] = [gone[x], come[y]]
        return was === undefined || is === undefined ? [] : [[is.side.index, was.side] as const]
      }),
    )
    const pairedBefore = new Set([...pairs.values()].map(({ index }) => index))
    let next = i
    const tellGoneUntil = (index: number): void => {
      for (; next < index; next++) {
        const block = a[next]?.side
        if (block === undefined || pairedBefore.has(block.index)) continue
        const moved = moves.before.get(block.index)
        changes.push(
          moved === undefined ? { kind: 'removed', before: block } : { kind: 'left', before: block, after: moved },
        )
      }
    }
    for (const { side } of b.slice(j, untilB)) {
      const was = pairs.get(side.index)
      const from = moves.after.get(side.index)
      if (was !== undefined) {
        tellGoneUntil(was.index)
        const pieces = comparisons++ < wordComparisons ? diffTexts(was.text, side.text) : wholly(was.text, side.text)
        changes.push({ kind: 'changed', before: was, after: side, pieces })
      } else if (from === undefined) changes.push({ kind: 'added', after: side })
      else changes.push({ kind: 'came', before: from, after: side })
    }
    tellGoneUntil(untilA)
    const [was, is] = [a[untilA]?.side, b[untilB]?.side]
    if (was !== undefined && is !== undefined) changes.push({ kind: 'same', before: was, after: is })
    i = untilA + 1
    j = untilB + 1
  }
  return { changes, ...countLines(changes) }
}

/** Blocks that are new and that are gone; a changed one counts for both, a moved one for neither. */
export function countBlocks(changes: readonly BlockChange[]): { readonly added: number; readonly removed: number } {
  const count = (...kinds: readonly BlockChange['kind'][]): number =>
    changes.filter(({ kind }) => kinds.includes(kind)).length
  return { added: count('added', 'changed'), removed: count('removed', 'changed') }
}

/**
 * The later version with one change taken back; the blocks of the earlier one are `before`. `change` is one of `changes`, which were made from these two. A moved block goes back
 * to where it left.
 */
export function takeBack(before: Node, after: Node, changes: readonly BlockChange[], change: BlockChange): Node {
  const old = normalPlan(before).children
  const blocks = [...normalPlan(after).children]
  const place = placeBefore(changes, change)
  switch (change.kind) {
    case 'same':
      break
    case 'added':
      blocks.splice(change.after.index, 1)
      break
    case 'removed':
      blocks.splice(place, 0, ...old.slice(change.before.index, change.before.index + 1))
      break
    case 'changed':
      blocks.splice(change.after.index, 1, ...old.slice(change.before.index, change.before.index + 1))
      break
    case 'left':
    case 'came': {
      const there = changes.findIndex(
        ({ kind, ...sides }) => kind === 'left' && 'before' in sides && sides.before.index === change.before.index,
      )
      const back = placeBefore(changes, changes[there] ?? change)
      const [moved] = blocks.splice(change.after.index, 1)
      if (moved !== undefined) blocks.splice(back > change.after.index ? back - 1 : back, 0, moved)
    }
  }
  return planSchema().node('doc', null, blocks.length > 0 ? blocks : [planSchema().node('paragraph')])
}

/** Where in the later version something goes that stands at this place of the list. */
function placeBefore(changes: readonly BlockChange[], change: BlockChange): number {
  for (let index = changes.indexOf(change) - 1; index >= 0; index--) {
    const earlier = changes[index]
    if (earlier !== undefined && earlier.kind !== 'removed' && earlier.kind !== 'left') return earlier.after.index + 1
  }
  return 0
}

type Block = { readonly node: Node; readonly side: Side }

function sides(plan: Node, written: Written): Block[] {
  if (written.size > writtenLimit) written.clear()
  return normalPlan(plan).children.flatMap((node, index) => {
    const text = textOf(node, written)
    return text === '' ? [] : [{ node, side: { index, text } }]
  })
}

function textOf(node: Node, written: Written): string {
  const key = JSON.stringify(node.toJSON())
  const known = written.get(key)
  if (known !== undefined) return known
  const text = writePlan(planSchema().node('doc', null, [node])).trimEnd()
  written.set(key, text)
  return text
}

/** Blocks that stand on both sides, but not in the same order: the first of the one with the first of the other. */
function findMoves(
  a: readonly Block[],
  b: readonly Block[],
  same: readonly (readonly [number, number])[],
): { readonly before: ReadonlyMap<number, Side>; readonly after: ReadonlyMap<number, Side> } {
  const [stayA, stayB] = [new Set(same.map(([i]) => i)), new Set(same.map(([, j]) => j))]
  const waiting = new Map<string, Side[]>()
  for (const [i, { side }] of a.entries())
    if (!stayA.has(i)) waiting.set(side.text, [...(waiting.get(side.text) ?? []), side])
  const before = new Map<number, Side>()
  const after = new Map<number, Side>()
  for (const [j, { side }] of b.entries()) {
    const from = stayB.has(j) ? undefined : waiting.get(side.text)?.shift()
    if (from === undefined) continue
    before.set(from.index, side)
    after.set(side.index, from)
  }
  return { before, after }
}

function wholly(before: string, after: string): Piece[] {
  return [
    { kind: 'removed', text: before },
    { kind: 'added', text: after },
  ]
}

function countLines(changes: readonly BlockChange[]): { added: number; removed: number } {
  let [added, removed] = [0, 0]
  for (const change of changes) {
    if (change.kind === 'added') added += lines(change.after.text).length
    if (change.kind === 'removed') removed += lines(change.before.text).length
    if (change.kind !== 'changed') continue
    const [was, is] = [lines(change.before.text), lines(change.after.text)]
    const parts = diffArrays(was, is, { maxEditLength: 200 })
    added += parts?.reduce((sum, part) => sum + (part.added ? part.value.length : 0), 0) ?? is.length
    removed += parts?.reduce((sum, part) => sum + (part.removed ? part.value.length : 0), 0) ?? was.length
  }
  return { added, removed }
}

function lines(text: string): string[] {
  return text.split('\n')
}
