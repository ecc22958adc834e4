import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { describe, expect, test } from 'vitest'
import { piecesOf, scanLines } from './scan.ts'

const blocksOf = (markdown: string): string[] =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: gfmFromMarkdown() }).children.map((block) =>
    JSON.stringify(block, (key, value: unknown) => (key === 'position' ? undefined : value)),
  )

describe('the pieces of a Markdown', () => {
  test('say together what the whole says, wherever it can be cut', () => {
    const line = fc.constantFrom(
      ...['', '', '', 'text', 'Word and *more', '# Heading', '- item', '  - deeper', '1. one', '> quote', '> - in it'],
      ...['```', '```ts', '~~~', '````', '  ```', '    ```', '- ```', '> ```', '   ~~~', '    code', '  more'],
      ...[
        '<div>',
        '</div>',
        '<!-- a',
        '-->',
        '<script>',
        '</script>',
        '[a]: http://x',
        '[a]',
        '| a | b |',
        '| - | - |',
        '===',
        '---',
        '***',
        '\\',
      ],
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const markdown = lines.join('\n')
        expect(piecesOf(scanLines(markdown), 1).flatMap(blocksOf)).toEqual(blocksOf(markdown))
      }),
      { numRuns: 3_000 },
    )
  })

  test.each(['- item\n  ```\n````\n\ntext', '> ```\n  ```\n\ntext', '  ```\n     ```\n\ntext'])(
    'are not cut where a fence seems to end another: %j',
    (markdown) => {
      expect(piecesOf(scanLines(markdown), 1).flatMap(blocksOf)).toEqual(blocksOf(markdown))
      expect(scanLines(markdown).isCertain).toBe(false)
    },
  )

  test('are cut before headings and paragraphs, and never within code', () => {
    const cut = piecesOf(scanLines('# A\n\ntext\n\n```\n\n# no heading\n\n```\n\n# B\n\n- a\n\n  b\n\nend\n'), 1)
    expect(cut).toEqual(['# A\n', 'text\n\n```\n\n# no heading\n\n```\n', '# B\n\n- a\n\n  b\n', 'end\n'])
  })
})

describe('what is code', () => {
  const codeOf = (markdown: string) =>
    scanLines(markdown)
      .lines.filter(({ isCode }) => isCode)
      .map(({ text }) => text)

  test('is what stands between fences in the first column', () => {
    expect(codeOf('a\n```\nb\n  ```\nc')).toEqual(['```', 'b', '  ```'])
    expect(codeOf('~~~\n```\n~~~\nc')).toEqual(['~~~', '```', '~~~'])
  })

  test('is certain behind a fence in a list in a quote that ends below it', () => {
    expect(scanLines('> - ```\n>   code\n>\n>   ```\n\nout').isCertain).toBe(true)
    expect(scanLines('1. ```\n\n   code\n   ```\n\nout').isCertain).toBe(true)
  })

  test('is not certain where a fence in a container is left open, or HTML may hold one', () => {
    expect(scanLines('- ```\n  code\nout').isCertain).toBe(false)
    expect(scanLines('- ```\n  code\n  ```\nout').isCertain).toBe(true)
    expect(scanLines('<!--\n```\n-->').isCertain).toBe(false)
  })
})
