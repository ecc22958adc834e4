import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { writeBody } from './body.ts'
import { imagesIn } from './images-in.ts'
import { parsePlan } from './markdown.ts'

test('the team’s pictures of a plan are found wherever they stand, each once', () => {
  const [one, two] = ['1'.repeat(64), '2'.repeat(64)]
  const doc = new Y.Doc()
  writeBody(
    doc,
    parsePlan(
      [
        `![](drover:image/${one}#5x4)`,
        `- a step with ![a sketch](drover:image/${two})`,
        `> ![](drover:image/${one})`,
        '![elsewhere](https://example.test/a.png)',
        'no picture: drover:image/nothing',
      ].join('\n\n'),
    ),
  )
  expect([...imagesIn(doc)].toSorted()).toEqual([one, two])
  expect([...imagesIn(new Y.Doc())]).toEqual([])
})
