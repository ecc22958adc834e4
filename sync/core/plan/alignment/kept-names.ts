import * as Y from 'yjs'

/** Names of sections and steps that go in one place and come in another with the same words: they moved, so they keep their name. */
export type KeptNames = {
  /** This goes, with all in it. Before it is deleted. */
  lose(part: unknown): void
  /** This came, with all in it. */
  want(part: Y.XmlElement): void
  /** Gives the names of what went to what came. */
  settle(): void
}

export function createKeptNames(): KeptNames {
  const lost = new Map<string, string[]>()
  const wanting: Y.XmlElement[] = []
  return {
    lose(part) {
      for (const named of namedParts(part)) {
        const id: unknown = named.getAttribute('id')
        if (typeof id !== 'string') continue
        const words = wordsOf(named)
        lost.set(words, [...(lost.get(words) ?? []), id])
      }
    },
    want(part) {
      wanting.push(part)
    },
    settle() {
      for (const part of wanting.flatMap(namedParts)) {
        if (part.getAttribute('id') !== undefined) continue
        const id = lost.get(wordsOf(part))?.shift()
        if (id !== undefined) part.setAttribute('id', id)
      }
    },
  }
}

function namedParts(part: unknown): Y.XmlElement[] {
  const found: Y.XmlElement[] = []
  const open: unknown[] = [part]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!(next instanceof Y.XmlElement)) continue
    if (next.nodeName === 'heading' || next.nodeName === 'taskItem') found.push(next)
    open.push(...next.toArray().toReversed())
  }
  return found
}

/** A step's words are those of its first paragraph. */
function wordsOf(part: Y.XmlElement): string {
  const line: unknown = part.nodeName === 'taskItem' ? part.get(0) : part
  const texts = line instanceof Y.XmlElement ? line.toArray().filter((child) => child instanceof Y.XmlText) : []
  return `${part.nodeName} ${texts.map((text) => text.toString().replaceAll(/<[^>]*>/g, '')).join('')}`
}
