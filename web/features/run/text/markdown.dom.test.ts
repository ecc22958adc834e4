import { describe, expect, test } from 'vitest'
import { closeTail, markdownBlocks, type MarkdownBlock } from './markdown.ts'

const html = (text: string, streaming = false): string =>
  markdownBlocks(text, streaming)
    .map((block) => (block.kind === 'html' ? block.html : `[code ${block.language ?? ''}]${block.code}`))
    .join('')

/** What a browser would make of it. */
function dom(text: string): HTMLElement {
  const element = document.createElement('div')
  element.innerHTML = html(text)
  return element
}

describe('what agents write', () => {
  test('prose, code, tables and task lists', () => {
    expect(html('Two **bold** words and `code`.')).toContain('<strong>bold</strong> words and <code>code</code>')
    expect(html('```ts\nlet a = 1\n```')).toBe('[code ts]let a = 1')
    expect(dom('| a | b |\n|---|--:|\n| 1 | 2 |').querySelectorAll('td')).toHaveLength(2)
    const boxes = dom('- [x] done\n- [ ] open').querySelectorAll('input')
    expect([...boxes].map((box) => [box.type, box.checked, box.disabled])).toEqual([
      ['checkbox', true, true],
      ['checkbox', false, true],
    ])
  })

  test('links leave safely', () => {
    const link = dom('[docs](https://example.com/a)').querySelector('a')
    expect(link?.getAttribute('href')).toBe('https://example.com/a')
    expect(link?.target).toBe('_blank')
    expect(link?.rel).toContain('noopener')
    expect(dom('[mail](mailto:a@example.com)').querySelector('a')?.getAttribute('href')).toBe('mailto:a@example.com')
  })

  test('angle brackets in prose stay readable', () => {
    expect(dom('Use Vec<String> here').textContent).toContain('Vec<String>')
  })
})

describe('what is hostile', () => {
  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)><animate onbegin=alert(1)></svg>',
    '<svg/onload=alert(1)>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\nscript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](vbscript:msgbox)',
    '[x](file:///etc/passwd)',
    '<javascript:alert(1)>',
    '![x](javascript:alert(1))',
    '![track](https://evil.example/pixel.png)',
    '![x](x" onerror="alert(1))',
    '[x](https://a.example" onmouseover="alert(1))',
    '<iframe src="https://evil.example"></iframe>',
    '<form action="https://evil.example"><button>Allow once</button></form>',
    '<a href="javascript:alert(1)" onclick="alert(1)">x</a>',
    '<div style="position:fixed;inset:0">cover</div>',
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
    '| <img src=x onerror=alert(1)> |\n|---|\n| [x](javascript:1) |',
    '# <svg onload=alert(1)>',
    '- <input type="text" onfocus=alert(1) autofocus>',
  ])('%j does nothing', (text) => {
    const element = dom(text)
    expect(
      element.querySelector(
        'script, img, svg, iframe, form, button, style, math, object, embed, input:not([type=checkbox])',
      ),
    ).toBeNull()
    for (const node of element.querySelectorAll('*')) {
      for (const attribute of node.attributes) {
        expect(attribute.name).not.toMatch(/^on|^style$|^id$|^class$|^src/)
        if (attribute.name === 'href') expect(attribute.value).toMatch(/^(https?|mailto):/)
      }
    }
  })

  test.each([
    ['quotes', '>'.repeat(20_000) + ' deep'],
    ['spaced quotes', '> '.repeat(20_000) + 'deep'],
    ['lists', '- '.repeat(20_000) + 'deep'],
    ['brackets', '['.repeat(50_000)],
    ['stars', '*'.repeat(50_000) + 'a'],
    ['staircase', Array.from({ length: 800 }, (_, i) => `${' '.repeat(i * 2)}- item`).join('\n')],
  ])('huge nesting of %s ends as text', (_name, text) => {
    expect(dom(text).textContent?.length).toBeGreaterThan(0)
  })
})

describe('while it streams', () => {
  test('only the last block changes as text grows', () => {
    const cache = new Map<string, MarkdownBlock>()
    const first = markdownBlocks('One paragraph.\n\nAnother be', true, cache)
    const second = markdownBlocks('One paragraph.\n\nAnother begins', true, cache)
    expect(second[0]).toBe(first[0])
    expect(second[1]).not.toBe(first[1])
  })

  test.each([
    ['half **bo', 'half **bo**'],
    ['half **bold*', 'half **bold**'],
    ['half `co', 'half `co`'],
    ['a [link](https://exa', 'a link'],
    ['done **bold** and', 'done **bold** and'],
    ['begins **', 'begins '],
    ['```\ncode **', '```\ncode **'],
  ])('%j is closed as %j', (text, expected) => {
    expect(closeTail(text)).toBe(expected)
  })

  test('a fence that is still open is code already', () => {
    expect(markdownBlocks('```sh\nnpm i', true)[0]).toMatchObject({
      kind: 'code',
      code: 'npm i',
      language: 'sh',
      open: true,
    })
    expect(markdownBlocks('```sh\nnpm i\n```', true)[0]).toMatchObject({ open: false })
  })
})
