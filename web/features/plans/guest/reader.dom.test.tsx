import { render } from 'solid-js/web'
import { createSignal } from 'solid-js'
import { afterEach, expect, test } from 'vitest'
import { placeOfQuote, quoteOfHeading, quoteOfSelection } from './quote.ts'
import { Reader, safeAddress, type ReadSection } from './reader.tsx'

let dispose: (() => void) | undefined
afterEach(() => {
  dispose?.()
  document.body.replaceChildren()
})

function open(markdown: string) {
  const root = document.createElement('div')
  document.body.append(root)
  const [text, setText] = createSignal(markdown)
  let sections: readonly ReadSection[] = []
  dispose = render(
    () => (
      <Reader
        markdown={text()}
        pictureAddress={(hash) => `/shared/images/${hash}`}
        onSections={(read) => (sections = read)}
        onHeading={() => undefined}
      />
    ),
    root,
  )
  return { root, setText, sections: () => sections }
}

/** Selects from the first of these words to the end of the second. */
function select(root: HTMLElement, from: string, to = from): Selection {
  const texts: Text[] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) if (node instanceof Text) texts.push(node)
  const find = (words: string) =>
    texts.find(({ data }) => data === words) ?? texts.findLast(({ data }) => data.includes(words))
  const [start, end] = [find(from), find(to)]
  const selection = document.getSelection()
  if (start === undefined || end === undefined || selection === null) throw new Error('not there')
  selection.setBaseAndExtent(start, start.data.indexOf(from), end, end.data.indexOf(to) + to.length)
  return selection
}

test('a picture of the team is fetched by the link, and no other', () => {
  const hash = 'ab'.repeat(32)
  const { root } = open(`![The new page](drover:image/${hash}#640x480) ![x](drover:image/${hash}/../me)`)
  const pictures = [...root.querySelectorAll('img')]
  expect(pictures.map((one) => [one.getAttribute('src'), one.alt, one.width, one.height])).toEqual([
    [`/shared/images/${hash}`, 'The new page', 640, 480],
  ])
})

test('nothing in a text becomes more than its words', () => {
  const { root } = open(
    [
      '# A <b onclick="x">plan</b>',
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '[one](javascript:alert(1)) [two](data:text/html,x) [three](/plans/1) [four](//evil.test) [five](https://example.test/a)',
      '![seen](https://example.test/spy.png) ![local](/api/v1/me)',
      '[a plan](drover:plan/) `<i>code</i>`',
      '| a | b |\n|---|---|\n| <b>c</b> | d |',
    ].join('\n\n'),
  )
  expect(root.querySelectorAll('script, img, b, i, iframe, [onclick], [onerror]')).toHaveLength(0)
  expect(
    [...root.querySelectorAll('a')].map((link) => [link.textContent, link.getAttribute('href'), link.rel]),
  ).toEqual([
    ['five', 'https://example.test/a', 'noopener noreferrer nofollow'],
    ['Picture: seen', 'https://example.test/spy.png', 'noopener noreferrer nofollow'],
  ])
  expect(root.textContent).toContain('<script>alert(1)</script>')
  expect(root.querySelectorAll('td, th')).toHaveLength(4)
  for (const href of ['JaVaScript:alert(1)', ' javascript:x', 'vbscript:x', 'file:///etc/passwd', 'blob:x', 'x'])
    expect(safeAddress(href)).toBeUndefined()
})

test('a block that did not change is the same element, also where another was put before it', () => {
  const { root, setText, sections } = open('# One\n\nStays.\n\nStays.\n')
  const before = [...root.querySelectorAll('p')]
  setText('# One\n\nNew.\n\nStays.\n\nStays.\n\n## Two\n')
  const after = [...root.querySelectorAll('p')]
  expect(after.map(({ textContent }) => textContent)).toEqual(['New.', 'Stays.', 'Stays.'])
  expect(after.slice(1)).toEqual(before)
  expect(sections().map(({ text, level }) => [text, level])).toEqual([
    ['One', 1],
    ['Two', 2],
  ])
})

test('words are known by which of those they are, whatever their form, and one line at a time', () => {
  const { root } = open(
    '# One package\n\nBilling is **one** package.\n\n- [ ] one package and one package\n- [x] two\n',
  )
  expect(quoteOfSelection(root, select(root, ' package.'))).toEqual({ quote: 'package.', nth: 0 })
  expect(quoteOfSelection(root, select(root, 'one', ' package.'))).toEqual({ quote: 'one package.', nth: 0 })
  expect(quoteOfSelection(root, select(root, 'one package'))).toEqual({ quote: 'one package', nth: 1 })
  expect(quoteOfSelection(root, select(root, 'one package and one', 'two'))).toEqual({
    quote: 'one package and one package',
    nth: 0,
  })
  document.getSelection()?.removeAllRanges()
  expect(quoteOfSelection(root, document.getSelection())).toBeUndefined()
  const heading = root.querySelector('h1')
  if (heading === null) throw new Error('no heading')
  expect(quoteOfHeading(root, heading)).toEqual({ quote: 'One package', nth: 0 })
  expect(placeOfQuote(root, 'one package and')?.closest('li')).not.toBeNull()
  expect(placeOfQuote(root, 'not there')).toBeUndefined()
})

test('what is selected elsewhere on the page is no part of the plan', () => {
  const { root } = open('One\n')
  const other = document.createElement('p')
  other.textContent = 'Elsewhere'
  document.body.append(other)
  expect(quoteOfSelection(root, select(other, 'Elsewhere'))).toBeUndefined()
})
