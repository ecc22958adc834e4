import type { Mark, Node } from '@tiptap/pm/model'
import fc from 'fast-check'
import { mentionKinds, planSchema } from '#sync/core/plan/schema.ts'

const schema = planSchema()

/** Text that Markdown could take for something else, and text from all over Unicode. */
const awkward = fc.constantFrom(
  ...[
    '*',
    '**',
    '_',
    '__',
    '~',
    '~~',
    '`',
    '``',
    '#',
    '# ',
    '- ',
    '+ ',
    '1. ',
    '2) ',
    '> ',
    '|',
    '\\',
    '\\|',
    '[',
    ']',
    '](',
    '[ ] ',
    '[x] ',
  ],
  ...[
    '!',
    '<',
    '>',
    '<br>',
    '<b>',
    '&amp;',
    '&',
    '&#32;',
    ':',
    '::',
    ' ',
    '  ',
    '\t',
    '\n',
    '\r\n',
    '---',
    '===',
    '```',
    '~~~',
    '|-|',
    '| - |',
  ],
  ...[
    'http://a.b',
    'www.a.b',
    'a@b.co',
    'a@b.co_c',
    'https://',
    'é',
    '\u00a0',
    '\u200b',
    '\u2028',
    '\u3000',
    '🙂',
    '👩‍👩‍👧',
    'שלום',
    '\0',
    '\ud83d',
    '.',
    ')',
    '(',
    '"',
    "'",
    '$',
    '^',
    '=',
    '{',
    '}',
  ],
)
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'word', 'two words', ' end', 'start ', '1', '12', 'x') },
  { weight: 4, arbitrary: awkward },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }).map(wellFormed) },
)
const someText = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''))
const href = fc.oneof(
  fc.constantFrom(
    'http://a.b',
    'https://x.y/z?q=1#h',
    '/path',
    '#here',
    'mailto:a@b.co',
    'mailto:a@b.co_c',
    'a b',
    'x(y)',
    'x)',
    '<x>',
    'a\\b',
    'javascript:alert(1)',
    'www.a.b',
    '&amp;',
    '"',
  ),
  someText,
)
const title = fc.option(someText, { nil: null })

const marks: fc.Arbitrary<readonly Mark[]> = fc
  .record({
    names: fc.subarray(['bold', 'italic', 'strike', 'code']),
    link: fc.option(fc.record({ href, title }), { nil: undefined, freq: 3 }),
  })
  .map(({ names, link }) => {
    const all = names.map((name) => schema.mark(name))
    return (link === undefined ? all : [...all, schema.mark('link', link)]).reduce<readonly Mark[]>(
      (set, mark) => mark.addToSet(set),
      [],
    )
  })

/** One of the team's, with its size or without. */
const picture = fc
  .record({ hash: fc.stringMatching(/^[0-9a-f]{64}$/), size: fc.option(fc.constant('#640x480'), { nil: '' }) })
  .map(({ hash, size }) => `drover:image/${hash}${size}`)

const inlineNode: fc.Arbitrary<Node> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(someText, fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: marks }))
      .map(([text, set]) => schema.text(text, set)),
  },
  { weight: 1, arbitrary: marks.map((set) => schema.node('hardBreak', null, [], set)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.record({ src: fc.oneof(href, picture), alt: title, title }), marks)
      .map(([attrs, set]) => schema.node('image', attrs, [], set)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.record({ kind: fc.constantFrom(...mentionKinds), id: someText, label: someText }), marks)
      .map(([attrs, set]) => schema.node('mention', attrs, [], set)),
  },
)
const inline = fc.array(inlineNode, { maxLength: 5 })
const paragraph = inline.map((content) => schema.node('paragraph', null, content))
const code = fc
  .record({
    language: fc.option(fc.oneof(fc.constantFrom('ts', 'sh', 'c++'), someText), { nil: null }),
    meta: title,
    text: fc.array(fc.oneof(someText, fc.constant('\n')), { maxLength: 5 }).map((lines) => lines.join('')),
  })
  .map(({ text, ...attrs }) => schema.node('codeBlock', attrs, text === '' ? [] : [schema.text(text)]))

const { block } = fc.letrec<{ block: Node; item: Node[] }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    { weight: 5, arbitrary: paragraph },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.integer({ min: 1, max: 6 }), inline)
        .map(([level, content]) => schema.node('heading', { level }, content)),
    },
    { weight: 1, arbitrary: code },
    { weight: 1, arbitrary: fc.constant(schema.node('horizontalRule')) },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('block'), { minLength: 1, maxLength: 3 })
        .map((content) => schema.node('blockquote', null, content)),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom('bulletList', 'orderedList'),
          fc.integer({ min: -1, max: 12 }),
          fc.array(tie('item'), { minLength: 1, maxLength: 3 }),
        )
        .map(([name, start, items]) =>
          schema.node(
            name,
            name === 'orderedList' ? { start } : null,
            items.map((content) => schema.node('listItem', null, content)),
          ),
        ),
    },
    {
      weight: 2,
      arbitrary: fc.array(fc.tuple(fc.boolean(), tie('item')), { minLength: 1, maxLength: 3 }).map((items) =>
        schema.node(
          'taskList',
          null,
          items.map(([checked, content]) => schema.node('taskItem', { checked }, content)),
        ),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(
          fc.array(
            fc.tuple(
              fc.record({
                align: fc.constantFrom('left', 'center', 'right', null),
                colspan: fc.constantFrom(1, 1, 2),
                rowspan: fc.constantFrom(1, 1, 2),
              }),
              fc.array(tie('block'), { minLength: 1, maxLength: 2 }),
            ),
            { maxLength: 3 },
          ),
          { minLength: 1, maxLength: 3 },
        )
        .map((rows) =>
          schema.node(
            'table',
            null,
            rows.map((cells, index) =>
              schema.node(
                'tableRow',
                null,
                cells.map(([attrs, content]) => schema.node(index === 0 ? 'tableHeader' : 'tableCell', attrs, content)),
              ),
            ),
          ),
        ),
    },
  ),
  item: fc.tuple(paragraph, fc.array(tie('block'), { maxLength: 2 })).map(([first, rest]) => [first, ...rest]),
}))

/** Any document of the schema, with all that Markdown finds hard. */
export const arbitraryPlan: fc.Arbitrary<Node> = fc
  .array(block, { minLength: 1, maxLength: 5 })
  .map((content) => schema.node('doc', null, content))

/** Markdown, and what nearly is. */
export const arbitraryMarkdown: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          '\n',
          '\n\n',
          '    ',
          '  ',
          '- ',
          '* ',
          '1. ',
          '> ',
          '# ',
          '- [ ] ',
          '- [x] ',
          '| a | b |\n| - | - |\n',
          '[a]: http://x\n',
          '[a]',
          '![b](c)',
          '```',
          '***',
        ),
      },
      { weight: 3, arbitrary: piece },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '<div>\n',
          '</div>\n',
          '<!-- c -->',
          '[l](u "t")',
          '[l](drover:plan/x)',
          '<http://x.y>',
          '\\\n',
          '  \n',
          '[^1]',
          '[^1]: n\n',
        ),
      },
    ),
    { maxLength: 25 },
  )
  .map((pieces) => pieces.join(''))

/** Half of a character is no text: no wire and no store takes it. */
function wellFormed(text: string): string {
  return text.toWellFormed()
}
