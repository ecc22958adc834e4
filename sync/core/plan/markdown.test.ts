import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryMarkdown, arbitraryPlan } from '#test/plans/arbitrary-plan.ts'
import { parsePlan, writePlan } from './markdown.ts'
import { normalPlan } from './markdown/normal-form.ts'
import { planSchema } from './schema.ts'

const runs = Number(process.env['DROVER_TEST_RUNS'] ?? 200)

describe('both ways', () => {
  test('a document comes back from its Markdown in its normal form', () => {
    fc.assert(
      fc.property(arbitraryPlan, (plan) => {
        const normal = normalPlan(plan)
        expect(parsePlan(writePlan(plan)).toJSON()).toEqual(normal.toJSON())
      }),
      { numRuns: runs },
    )
  })

  test('a normal form is its own', () => {
    fc.assert(
      fc.property(arbitraryPlan, (plan) => {
        const normal = normalPlan(plan)
        expect(normalPlan(normal).toJSON()).toEqual(normal.toJSON())
        normal.check()
      }),
      { numRuns: runs },
    )
  })

  test('any Markdown is stable once it was written', () => {
    fc.assert(
      fc.property(arbitraryMarkdown, (markdown) => {
        const once = writePlan(parsePlan(markdown))
        expect(writePlan(parsePlan(once))).toBe(once)
        parsePlan(markdown).check()
      }),
      { numRuns: runs },
    )
  })
})

describe('reading', () => {
  test.each([
    '# Title\n\nText with **bold**, *italic*, ~~old~~, `code`, [a link](https://a.b/c "t") and **`both`**.\n',
    '- a\n  - b\n\n    more of b\n- c\n',
    '- [ ] open\n- [x] done\n  - [ ] within\n',
    '3. three\n\n4. four\n\n   ```sh\n   ls\n   ```\n',
    '> quote\n>\n> > inner\n',
    '````md\n```ts title="a.ts"\ninner\n```\n````\n',
    '```ts title="a.ts"\nconst a = 1\n```\n',
    '| a | b |\n| :- | -: |\n| `x\\|y` | **z**<br>two \\| pipes |\n',
    'line\\\nnext line\n',
    '![alt](a.png "title") and [src/a b.ts](drover:path/src/a%20b.ts)\n',
    '[![badge](b.svg)](https://ci) text\n',
    `![A shot of it](drover:image/${'0a'.repeat(32)}#640x480)\n`,
    'one\n\n---\n\ntwo\n',
    '<https://a.b/c>\n',
    '2 <3 and [a \\<1a@b.co>](/path)\n',
    `[${'a'.repeat(33)}:b](${'a'.repeat(33)}:b) <${'a'.repeat(32)}:b>\n`,
    'snake_case_name and 2 \\* 3\n',
  ])('keeps what people and agents write as it is: %j', (markdown) => {
    expect(writePlan(parsePlan(markdown))).toBe(markdown)
  })

  test.each([
    ['Title\n=====\n\nsoft\nbreak\r\nand __bold__ _it_\n', '# Title\n\nsoft break and **bold** *it*\n'],
    ['* a\n* b\n', '- a\n- b\n'],
    ['[a][r] ![i][R]\n\n[r]: http://x "t"\n', '[a](http://x "t") ![i](http://x "t")\n'],
    ['- [ ] step\n- plain\n', '- [ ] step\n\n* plain\n'],
    ['    indented\n', '```\nindented\n```\n'],
    ['www.a.co http://b.co/x\n', '[www.a.co](http://www.a.co) <http://b.co/x>\n'],
    ['a@b.co a@b.co_c\n', '<a@b.co> [a@b.co\\_c](mailto:a@b.co_c)\n'],
  ])('takes another spelling of the same: %j', (given, written) => {
    expect(writePlan(parsePlan(given))).toBe(written)
  })

  test('keeps HTML as its text', () => {
    expect(parsePlan('<div onclick="x()">\nhi\n</div>\n\na <b>b</b>').textContent).toBe(
      '<div onclick="x()">hi</div>a <b>b</b>',
    )
    expect(parsePlan('<!-- note -->').textContent).toBe('<!-- note -->')
  })

  test('puts what a cell holds besides its line into lines, and joined cells apart', () => {
    const cell = (name: string, attrs: Record<string, unknown>, texts: string[]) =>
      planSchema().node(
        name,
        attrs,
        texts.map((text) => planSchema().node('paragraph', null, [planSchema().text(text)])),
      )
    const table = planSchema().node('table', null, [
      planSchema().node('tableRow', null, [cell('tableCell', { colspan: 2 }, ['a', 'b'])]),
      planSchema().node('tableRow', null, [cell('tableCell', {}, ['c']), cell('tableHeader', {}, ['d'])]),
    ])
    expect(writePlan(planSchema().node('doc', null, [table]))).toBe('| a<br>b | |\n| - | - |\n| c | d |\n')
  })

  test('is the empty text for the empty document, both ways', () => {
    expect(writePlan(parsePlan(''))).toBe('')
    expect(writePlan(parsePlan(' \n\n'))).toBe('')
  })
})

describe('a hostile text', () => {
  const hostile = {
    quotes: `${'>'.repeat(10_000)} a`,
    'many deep quotes': `${'>'.repeat(2_000)} a\n`.repeat(100),
    lists: `${'- '.repeat(10_000)}a`,
    'indented lists': Array.from({ length: 400 }, (_, n) => `${'  '.repeat(n)}- a`).join('\n'),
    stars: '*'.repeat(100_000),
    'open emphasis': '*a **b _c '.repeat(20_000),
    'emphasis within words': 'a**b\n'.repeat(50_000),
    'underlined headings': 'a\n=\n'.repeat(10_000),
    'half links': '[a]('.repeat(20_000),
    items: '- a\n'.repeat(50_000),
    ticks: Array.from({ length: 1_000 }, (_, n) => '`'.repeat(n + 1)).join(' '),
  }
  for (const [name, text] of Object.entries(hostile))
    test(`of ${name} is kept whole as a block of code, both ways`, () => {
      const plan = parsePlan(text)
      expect(plan.childCount).toBe(1)
      expect(plan.firstChild?.type.name).toBe('codeBlock')
      expect(plan.textContent).toBe(text.replace(/\n$/, ''))
      expect(parsePlan(writePlan(plan)).eq(plan)).toBe(true)
    })

  test('is not seen in a large block of code, which is one', () => {
    const code = 'let some_name = a * b ** c // [x]\n'.repeat(3_000)
    const plan = parsePlan(`# Code\n\n\`\`\`ts\n${code}\`\`\`\n\nend *here*\n`)
    expect(plan.children.map(({ type }) => type.name)).toEqual(['heading', 'codeBlock', 'paragraph'])
    expect(plan.child(1).textContent).toBe(code.trimEnd())
  })

  test('of brackets and half tags is read as what it says', () => {
    for (const text of [
      '['.repeat(20_000),
      '[a]('.repeat(5_000),
      '<a '.repeat(10_000),
      '&'.repeat(20_000),
      '![['.repeat(5_000),
    ])
      expect(parsePlan(text).textContent).toBe(text.trimEnd())
  })

  test('that nests as deep as it may keeps all its texts', () => {
    const text = Array.from({ length: 90 }, (_, n) => `${'> '.repeat(n + 1)}level ${n}`).join('\n>\n')
    const plan = parsePlan(text)
    for (const n of [0, 45, 89]) expect(plan.textContent).toContain(`level ${n}`)
    expect(parsePlan(writePlan(plan)).eq(plan)).toBe(true)
  })
})
