import { XmlElement, XmlText, type Doc } from 'yjs'
import { planField } from '#sync/core/plan/schema.ts'
import type { Seeded } from '../../seed.ts'

/**
 * Of the trace that everybody measures with (a paper, 182,315 insertions and 77,463 deletions), since the trace itself is in no package: so many
 * characters are typed in one go, and so many of them taken back, on average; Yjs has some 11,000 items of it in the end, and of this one too.
 */
const typedRun = 30
const deletedRun = (typedRun * 77_463) / 182_315
const share = { jumps: 1 / 3, paragraphs: 1 / 5 }

/**
 * A person writes a paper: some words, a part of them taken back, a new paragraph, and now and then a place further up. Each
 * operation is a transaction of its own, as each key is.
 */
export function* editingTrace(doc: Doc, operations: number, { random, below }: Seeded): Generator<void> {
  const body = doc.getXmlFragment(planField)
  const texts: XmlText[] = []
  const addParagraph = (at: number): number => {
    const [block, text] = [new XmlElement('paragraph'), new XmlText()]
    doc.transact(() => {
      block.insert(0, [text])
      body.insert(at, [block])
    })
    texts.splice(at, 0, text)
    return at
  }
  let paragraph = addParagraph(0)
  let cursor = 0
  yield
  /** At least one; twice the mean less one at the most. */
  const about = (mean: number): number => 1 + below(Math.round(2 * mean) - 1)
  let toType = about(typedRun)
  let toDelete = 0
  for (let n = 1; n < operations; n++) {
    const text = texts[paragraph]
    if (text !== undefined && toType > 0) {
      toType--
      text.insert(cursor++, String.fromCharCode(97 + below(26)))
      if (toType === 0) toDelete = about(deletedRun)
    } else if (text !== undefined && toDelete > 0 && cursor > 0) {
      toDelete--
      text.delete(--cursor, 1)
    } else {
      toType = about(typedRun)
      toDelete = 0
      if (random() < share.paragraphs) {
        paragraph = addParagraph(paragraph + 1)
        cursor = 0
      } else if (random() < share.jumps) {
        paragraph = below(texts.length)
        cursor = below((texts[paragraph]?.length ?? 0) + 1)
      }
    }
    yield
  }
}
