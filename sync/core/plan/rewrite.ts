import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'
import { applyToBody } from './apply.ts'
import { readBody } from './body.ts'
import { parsePlan } from './markdown.ts'
import { nameParts } from './names.ts'
import { planSchema } from './schema.ts'

/**
 * What an agent wrote, as an update to be merged: it is applied to the state that the agent had read (`base`, `Y.encodeStateAsUpdate` of then), so what
 * people wrote since then is not taken back. `newId` names new sections and steps.
 */
export function rewriteFrom(base: Uint8Array, markdown: string, newId: () => string): Uint8Array {
  return onFork(base, newId, (fork) => {
    applyToBody(fork, parsePlan(markdown))
    return true
  })
}

/** The same for one section; `undefined` if there was none of that name. */
export function rewriteSectionFrom(
  base: Uint8Array,
  headingId: string,
  markdown: string,
  newId: () => string,
): Uint8Array | undefined {
  let found = false
  const update = onFork(base, newId, (fork) => (found = applySection(fork, headingId, markdown)))
  return found ? update : undefined
}

/**
 * Replaces the section of a heading, which ends before the next heading of its level or a higher one. Markdown that does not begin with a heading stands below
 * the present one. `false`: there is no such heading.
 */
export function applySection(doc: Y.Doc, headingId: string, markdown: string, origin?: unknown): boolean {
  const blocks = readBody(doc).children
  const start = blocks.findIndex((block) => block.type.name === 'heading' && block.attrs['id'] === headingId)
  const heading = blocks[start]
  if (heading === undefined) return false
  const section = parsePlan(markdown).children
  const own = section[0]?.type.name === 'heading' ? [] : [heading]
  const end = sectionEnd(blocks, start)
  applyToBody(
    doc,
    planSchema().node('doc', null, [...blocks.slice(0, start), ...own, ...section, ...blocks.slice(end)]),
    origin,
  )
  return true
}

/** The index behind the last block of the section that begins at `start`. */
export function sectionEnd(blocks: readonly Node[], start: number): number {
  const level = levelOf(blocks[start])
  const next = blocks.findIndex(
    (block, index) => index > start && block.type.name === 'heading' && levelOf(block) <= level,
  )
  return next === -1 ? blocks.length : next
}

function levelOf(heading: Node | undefined): number {
  const level: unknown = heading?.attrs['level']
  return typeof level === 'number' ? level : 1
}

function onFork(base: Uint8Array, newId: () => string, write: (fork: Y.Doc) => boolean): Uint8Array {
  const fork = new Y.Doc()
  try {
    Y.applyUpdate(fork, base)
    const read = Y.encodeStateVector(fork)
    if (write(fork)) nameParts(fork, newId)
    return Y.encodeStateAsUpdate(fork, read)
  } finally {
    fork.destroy()
  }
}
