import * as Y from 'yjs'
import { planField } from '#sync/core/plan/schema.ts'
import { writeParagraph } from './plan-device.ts'
import type { Seeded } from './seed.ts'
import { until } from './world.ts'

/** Each character is typed once in a whole story, so that each can be asked for at its end. */
export function createTyping({ below }: Seeded) {
  let typed = 0
  const deleted = new Set<string>()

  function paragraphs(doc: Y.Doc): readonly Y.XmlText[] {
    return doc
      .getXmlFragment(planField)
      .toArray()
      .flatMap((one) => {
        const inner = one instanceof Y.XmlElement ? one.get(0) : undefined
        return inner instanceof Y.XmlText ? [inner] : []
      })
  }
  const some = (count: number): string =>
    Array.from({ length: count }, () => String.fromCodePoint(0x4e00 + typed++)).join('')

  return {
    /** Characters that were typed nowhere before. */
    some,
    count: () => typed,
    /** Somebody takes these away. */
    deletes(characters: Iterable<string>): void {
      for (const character of characters) deleted.add(character)
    },
    edit(doc: Y.Doc): void {
      const all = paragraphs(doc)
      const text = all[below(Math.max(1, all.length))]
      if (text === undefined || below(8) === 0) return void writeParagraph(doc, some(1 + below(4)))
      if (below(3) > 0 || text.length === 0) return text.insert(below(text.length + 1), some(1 + below(5)))
      const at = below(text.length)
      const length = Math.min(text.length - at, 1 + below(4))
      for (const character of text.toJSON().slice(at, at + length)) deleted.add(character)
      text.delete(at, length)
    },
    /** What was typed and is not there, though nobody deleted it; what is there twice; what is there though somebody deleted it. */
    faults(doc: Y.Doc): { lost: string[]; twice: string[]; revived: string[] } {
      const there = paragraphs(doc)
        .map((text) => text.toJSON())
        .join('')
      const lost = Array.from({ length: typed }, (_, n) => String.fromCodePoint(0x4e00 + n)).filter(
        (character) => !deleted.has(character) && !there.includes(character),
      )
      const twice = [...there].filter((character, n) => there.indexOf(character) !== n)
      return { lost, twice, revived: [...there].filter((character) => deleted.has(character)) }
    },
  }
}

/** Resolves once the document holds as much as this. */
export function untilSame(doc: Y.Doc, target: Uint8Array): Promise<boolean> {
  const wanted = Y.decodeStateVector(target)
  return until<boolean>(
    (on) => {
      const look = (): void => {
        const has = Y.decodeStateVector(Y.encodeStateVector(doc))
        on([...wanted].every(([client, clock]) => (has.get(client) ?? 0) >= clock))
      }
      doc.on('update', look)
      look()
      return () => doc.off('update', look)
    },
    (same) => same,
  )
}
