import { applyUpdate, Doc, XmlElement, XmlText } from 'yjs'
import { countWords } from '#shared/words.ts'
import type { Plan } from '#shared/domain/plan.ts'
import { planField } from '#sync/core/plan/schema.ts'
import type { PlanRef, PlanStore } from '#sync/server/plan/plan-store.ts'
import type { PlanRooms } from '#sync/server/plan/plan-rooms.ts'

/** What a document says. */
export type PlanReading = Pick<Plan, 'title' | 'excerpt' | 'words' | 'steps'> & {
  readonly markdown: string
}

export type DocumentReader = {
  /** Looks at a document as it is now, from the room that is open or from the store; it must not be changed. `seq` 0: there is none. */
  read<T>(plan: PlanRef, look: (doc: Doc, seq: number) => T): Promise<T>
}

export function createDocumentReader(deps: {
  readonly rooms: Pick<PlanRooms, 'find'>
  readonly store: Pick<PlanStore, 'read'>
}): DocumentReader {
  return {
    async read(plan, look) {
      const room = deps.rooms.find(plan)
      if (room !== undefined) return await room.read(look)
      const stored = await deps.store.read(plan, 0)
      const doc = new Doc()
      try {
        doc.getXmlFragment(planField)
        doc.transact(() => {
          for (const update of stored.updates) applyUpdate(doc, update)
        })
        return look(doc, stored.seq)
      } finally {
        doc.destroy()
      }
    },
  }
}

export function readingOf(doc: Doc): PlanReading {
  const blocks = doc.getXmlFragment(planField).toArray().map(textOf)
  const [title = '', ...rest] = blocks
  const markdown = blocks.join('\n\n')
  return {
    markdown,
    title: title.slice(0, 200),
    excerpt: rest.join(' ').slice(0, 300),
    words: countWords(markdown),
    steps: { done: 0, total: 0 },
  }
}

function textOf(block: unknown): string {
  if (block instanceof XmlText) return block.toString()
  return block instanceof XmlElement ? block.toArray().map(textOf).join('') : ''
}

export function writeMarkdown(doc: Doc, markdown: string): void {
  const body = doc.getXmlFragment(planField)
  for (const text of markdown.split('\n\n')) {
    const block = new XmlElement('paragraph')
    block.insert(0, [new XmlText(text)])
    body.push([block])
  }
}

export function withTitle(markdown: string, title: string): string {
  return `# ${title}\n\n${markdown}`
}
