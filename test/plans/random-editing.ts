import { setImmediate as turn } from 'node:timers/promises'
import { XmlElement, XmlText, type XmlFragment } from 'yjs'
import { planField } from '#sync/core/plan/schema.ts'
import { paragraph, paragraphsOf, type PlanClient } from '../plan-client.ts'
import type { Seeded } from '../seed.ts'

/**
 * Several devices write at once, each character with a mark of its own (a code point that nobody else types), so that for each it can be said whether
 * it must be there, may be there, or must not.
 */
export type Typing = {
  /** Random edits at random devices. `between` may cut a connection, or end the server. */
  write(edits: number, between: () => Promise<void>): Promise<void>
  /** Whose loss would be a fault: what was typed and deleted by nobody. */
  missing(text: string): readonly string[]
  /** What is there twice, or was deleted and is back. */
  wrong(text: string): readonly string[]
}

/** Planes of private use: some 130,000 characters that nobody means anything by. */
const firstMark = 0xf0000

export function startTyping(devices: readonly PlanClient[], random: Seeded): Typing {
  const { below } = random
  let next = firstMark
  /** Each character, with the block that it was typed into. */
  const typed = new Map<string, string>()
  const deleted = new Set<string>()
  /** With all that anybody types into them, also who does not know of it yet. */
  const deletedBlocks = new Set<string>()

  function edit(device: PlanClient): void {
    const body = device.doc.getXmlFragment(planField)
    const dice = below(10)
    const at = below(Math.max(1, body.length))
    const block = body.length === 0 ? undefined : body.get(at)
    const text = block instanceof XmlElement ? block.get(0) : undefined
    if (dice === 0 || !(block instanceof XmlElement) || !(text instanceof XmlText)) return insertBlock(body)
    if (dice === 1 && body.length > 3) {
      deletedBlocks.add(nameOf(block))
      for (const one of marksIn(text.toString())) deleted.add(one)
      return body.delete(at, 1)
    }
    // Each character is two units.
    if (dice < 4 && text.length > 4) {
      const from = 2 * below(text.length / 2)
      deleted.add(text.toString().slice(from, from + 2))
      return text.delete(from, 2)
    }
    const one = mark()
    typed.set(one, nameOf(block))
    text.insert(2 * below(text.length / 2 + 1), one)
  }

  function insertBlock(body: XmlFragment): void {
    const one = mark()
    const block = paragraph(one)
    body.insert(below(body.length + 1), [block])
    typed.set(one, nameOf(block))
  }

  const mark = (): string => String.fromCodePoint(next++)

  return {
    async write(edits, between) {
      for (let n = 0; n < edits; n++) {
        const device = devices[below(devices.length)]
        if (device !== undefined) edit(device)
        if (below(4) === 0) await turn()
        await between()
      }
    },
    missing(text) {
      const there = new Set(text)
      return [...typed].flatMap(([one, block]) =>
        deleted.has(one) || deletedBlocks.has(block) || there.has(one) ? [] : [one],
      )
    },
    wrong(text) {
      const there = marksIn(text)
      return there.filter((one, n) => deleted.has(one) || there.indexOf(one) !== n)
    },
  }
}

export const textOf = (device: PlanClient): string => paragraphsOf(device.doc).join('\n')

/** The same at every device. */
function nameOf(block: XmlElement): string {
  const id = block._item?.id
  return `${id?.client}:${id?.clock}`
}

function marksIn(text: string): readonly string[] {
  return [...text].filter((one) => (one.codePointAt(0) ?? 0) >= firstMark)
}
