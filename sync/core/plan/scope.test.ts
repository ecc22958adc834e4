import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { readBody, writeBody } from './body.ts'
import { parsePlan, writePlan } from './markdown.ts'
import { nameParts } from './names.ts'
import { partOf } from './scope.ts'
import { tickSteps } from './tick-steps.ts'

const markdown = `# Extract billing

Why now.

## Phase 1

- [x] Move models
- [ ] Forbid **deep** imports

  \`\`\`sh
  npm run lint
  \`\`\`
  - [ ] types too

### Rules

None.

## Phase 2

- [ ] Publish
`

/** A document whose parts are called 1, 2, 3 … in order. */
function document(): Y.Doc {
  const doc = new Y.Doc()
  writeBody(doc, parsePlan(markdown))
  let last = 0
  nameParts(doc, () => String(++last))
  return doc
}

describe('a part of a plan', () => {
  const plan = readBody(document())

  test('is all of it', () => {
    const part = partOf(plan, { kind: 'whole' })
    expect(part?.node).toBe(plan)
    expect(part?.steps.map(({ text }) => text)).toEqual(['Move models', 'Forbid deep imports', 'types too', 'Publish'])
  })

  test('is a heading with what follows, up to the next of its level', () => {
    const part = partOf(plan, { kind: 'section', id: '2' })
    expect(part?.name).toBe('Phase 1')
    expect(part && writePlan(part.node)).toContain('### Rules')
    expect(part && writePlan(part.node)).not.toContain('Phase 2')
    expect(part?.steps.map(({ id, checked }) => [id, checked])).toEqual([
      ['3', true],
      ['4', false],
      ['5', false],
    ])
    expect(partOf(plan, { kind: 'section', id: '6' })?.node.childCount).toBe(2)
    expect(partOf(plan, { kind: 'section', id: '7' })?.name).toBe('Phase 2')
  })

  test('is single steps, each with what lies in it, in the order of the plan', () => {
    const part = partOf(plan, { kind: 'steps', ids: ['8', '5', '4'] })
    expect(part?.name).toBe('Forbid deep imports')
    expect(part && writePlan(part.node)).toBe(
      '- [ ] Forbid **deep** imports\n\n  ```sh\n  npm run lint\n  ```\n\n  - [ ] types too\n\n- [ ] Publish\n',
    )
  })

  test('that is not there any more is none', () => {
    expect(partOf(plan, { kind: 'section', id: 'gone' })).toBeUndefined()
    // A step is no section.
    expect(partOf(plan, { kind: 'section', id: '4' })).toBeUndefined()
    expect(partOf(plan, { kind: 'steps', ids: ['gone'] })).toBeUndefined()
  })
})

test('steps are ticked by their names, and nothing else changes', () => {
  const doc = document()
  const sizes: number[] = []
  doc.on('update', (update: Uint8Array) => sizes.push(update.length))
  expect(tickSteps(doc, new Set(['3', '5', '8', 'gone', '2']))).toBe(2)
  expect(sizes).toHaveLength(1)
  expect(writePlan(readBody(doc))).toBe(
    writePlan(readBody(document()))
      .replace('- [ ] types too', '- [x] types too')
      .replace('- [ ] Publish', '- [x] Publish'),
  )
  expect(tickSteps(doc, new Set(['5']))).toBe(0)
})
