import { updateYFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { applyToBody } from '#sync/core/plan/apply.ts'
import { planBody, readBody, writeBody } from '#sync/core/plan/body.ts'
import { parsePlan } from '#sync/core/plan/markdown.ts'
import { nameParts } from '#sync/core/plan/names.ts'
import { rewriteFrom } from '#sync/core/plan/rewrite.ts'
import { seeded, type Seeded } from '../../seed.ts'
import { measured, single, type Figure } from '../lib/figure.ts'

const blockCount = 200
const lettersOfEdit = 12

/** An agent's rewrite of 3 of 200 blocks, beside y-tiptap's own update of the whole; then people who write while agents do. */
export const figure: Figure = {
  name: 'plan-rewrite',
  about: `an agent’s rewrite of 3 of ${blockCount} blocks of a plan`,
  run({ quick, seed }) {
    const { below } = seeded(seed)
    const taken = { bytes: [] as number[], ms: [] as number[], wholeBytes: [] as number[], wholeMs: [] as number[] }
    for (let turn = 0; turn < (quick ? 5 : 50); turn++) {
      const blocks = planBlocks(below)
      const base = stateOf(blocks)
      const next = parsePlan(reordered(blocks, below).join('\n\n'))
      const ours = updateBy(base, (doc) => void applyToBody(doc, next))
      const whole = updateBy(base, (doc) =>
        updateYFragment(doc, planBody(doc), next, { mapping: new Map(), isOMark: new Map() }),
      )
      taken.bytes.push(ours.bytes)
      taken.ms.push(ours.ms)
      taken.wholeBytes.push(whole.bytes)
      taken.wholeMs.push(whole.ms)
    }
    const trials = quick ? 20 : 1_000
    let lost = 0
    for (let trial = 0; trial < trials; trial++) lost += lostLetters(below)
    const [ours, whole] = [measured(taken.bytes), measured(taken.wholeBytes)]
    const times = whole.median / ours.median
    return Promise.resolve([
      {
        what: 'update',
        unit: 'bytes',
        ours,
        beside: { what: 'updateYFragment on the whole', measured: whole },
        target: { text: '≤ 1,024', met: ours.p99 <= 1_024 },
      },
      { what: 'whole over ours', unit: 'times', ours: single(times), target: { text: '≥ 20', met: times >= 20 } },
      {
        what: 'applying it',
        unit: 'ms',
        ours: measured(taken.ms),
        beside: { what: 'updateYFragment on the whole', measured: measured(taken.wholeMs) },
      },
      {
        what: `letters of people lost in ${trials} rewrites with 3 edits meanwhile`,
        unit: 'letters',
        ours: single(lost),
        target: { text: '0', met: lost === 0 },
      },
    ])
  },
}

/** Three people type into places all over the plan while an agent rewrites it from what it had read; the letters of theirs that are gone. */
function lostLetters(below: Seeded['below']): number {
  const blocks = planBlocks(below)
  const doc = docOf(blocks)
  const read = Y.encodeStateAsUpdate(doc)
  const people = [0, 1, 2].map(() => forkOf(read))
  for (const [n, person] of people.entries()) {
    const texts = textsOf(person)
    const text = texts[below(texts.length)]
    for (let letter = 0; letter < lettersOfEdit; letter++) text?.insert(below(text.length + 1), '①②③'.charAt(n))
  }
  let next = 0
  Y.applyUpdate(
    doc,
    rewriteFrom(read, rewritten(blocks, below).join('\n\n'), () => `new-${++next}`),
  )
  for (const person of people) Y.applyUpdate(doc, Y.encodeStateAsUpdate(person, Y.encodeStateVector(doc)))
  const found = readBody(doc).textContent.match(/[①②③]/g)?.length ?? 0
  return people.length * lettersOfEdit - found
}

/** Changes a few words of one paragraph, adds a short one, and takes one away: what lies between the last two stands at another place. */
function reordered(blocks: readonly string[], below: Seeded['below']): string[] {
  const quarter = Math.floor(blocks.length / 4)
  const paragraph = (from: number): number =>
    blocks.findIndex((block, at) => at >= from && block.startsWith('The agent'))
  const [changed, before, gone] = [below(quarter), quarter + below(quarter), 3 * quarter + below(quarter / 2)].map(
    paragraph,
  )
  const next = [...blocks]
  if (gone !== undefined) next.splice(gone, 1)
  if (before !== undefined) next.splice(before, 0, `The agent added ${words(below, 8)}.`)
  if (changed !== undefined) next[changed] = `${(next[changed] ?? '').replace('should', 'must not')} And so on.`
  return next
}

/** Changes a few words of two paragraphs that are far from each other, and adds one between them. */
function rewritten(blocks: readonly string[], below: Seeded['below']): string[] {
  const third = Math.floor(blocks.length / 3)
  const next = [...blocks]
  for (const from of [0, 2 * third]) {
    const start = from + below(third)
    const index = next.findIndex((block, at) => at >= start && block.startsWith('The agent'))
    if (index !== -1) next[index] = `${(next[index] ?? '').replace('should', 'must not')} And so on.`
  }
  next.splice(third + below(third), 0, prose(below))
  return next
}

/** Paragraphs, as plans are made of, with headings, check lists and code between them. */
function planBlocks(below: Seeded['below']): string[] {
  return Array.from({ length: blockCount }, (_, n) => {
    if (n % 20 === 0) return `## Section ${n}: ${words(below, 3)}`
    if (n % 7 === 0) return `- [ ] ${words(below, 6)}\n- [x] ${words(below, 8)}\n- [ ] ${words(below, 5)}`
    if (n % 31 === 0) return `\`\`\`ts\nconst value${n} = ${below(1_000)}\n\`\`\``
    return prose(below)
  })
}

function prose(below: Seeded['below']): string {
  return `The agent should ${words(below, 12)} with **${words(below, 2)}** and \`${words(below, 1)}()\`, see [${words(below, 2)}](https://example.com/${below(1_000)}) ${words(below, 10)}.`
}

const vocabulary =
  'move the border of billing into its own package so that checkout admin and worker share one set of rules tests run in order before release after two days behind a flag totals differ by less than one cent or it turns itself off again while imports change across many files at once'.split(
    ' ',
  )

function words(below: Seeded['below'], count: number): string {
  return Array.from({ length: count }, () => vocabulary[below(vocabulary.length)] ?? '').join(' ')
}

function docOf(blocks: readonly string[]): Y.Doc {
  const doc = new Y.Doc()
  writeBody(doc, parsePlan(blocks.join('\n\n')))
  let next = 0
  nameParts(doc, () => `part-${++next}`)
  return doc
}

function stateOf(blocks: readonly string[]): Uint8Array {
  return Y.encodeStateAsUpdate(docOf(blocks))
}

function forkOf(state: Uint8Array): Y.Doc {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  return doc
}

function updateBy(state: Uint8Array, change: (doc: Y.Doc) => void): { bytes: number; ms: number } {
  const doc = forkOf(state)
  let bytes = 0
  doc.on('update', (update: Uint8Array) => void (bytes += update.length))
  const start = performance.now()
  doc.transact(() => change(doc))
  const ms = performance.now() - start
  doc.destroy()
  return { bytes, ms }
}

function textsOf(doc: Y.Doc): Y.XmlText[] {
  const found: Y.XmlText[] = []
  const open: unknown[] = planBody(doc).toArray()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next instanceof Y.XmlText) found.push(next)
    if (next instanceof Y.XmlElement) open.push(...next.toArray())
  }
  return found
}
