import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RunId } from '../ids.ts'
import {
  commandMention,
  isWorkspacePath,
  mentionedPage,
  mentionsOf,
  pageMention,
  pathMention,
  runMention,
  symbolMention,
  textForAgent,
} from './mention.ts'
import { plainMentions } from './plan-mention.ts'

const runId = RunId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31')

test('a message mentions files, runs and commands, each once', () => {
  const run = runMention({ id: runId, title: 'Fix [it]\nnow' })
  const text = `See ${pathMention('src/a (b)%.ts')} and ${run}, ${run}, ${commandMention({ n: 12, command: 'npm test' })}`
  expect(mentionsOf(text)).toEqual([
    { kind: 'path', path: 'src/a (b)%.ts' },
    { kind: 'run', runId, title: 'Fix [it] now' },
    { kind: 'command', n: 12, title: '$ npm test' },
  ])
  expect(textForAgent(text)).toBe(`See \`src/a (b)%.ts\` and ${run}, ${run}, [$ npm test](drover:command/12)`)
  expect(plainMentions(text)).toBe('See @src/a (b)%.ts and @Fix [it] now, @Fix [it] now, @$ npm test')
})

test('a symbol is mentioned with its file and line, whatever they are called', () => {
  const symbol = { name: 'n::operator[]', path: 'src/a (b)#7.cpp', line: 12 }
  const text = `Rename ${symbolMention(symbol)}`
  expect(mentionsOf(text)).toEqual([{ kind: 'symbol', ...symbol }])
  expect(textForAgent(text)).toBe('Rename `n::operator[]` (`src/a (b)#7.cpp`, line 12)')
})

test.each(['src/a.ts', 'src/a.ts#0', '../up.ts#1', '#1', 'src/a.ts#1x'])('%j is no place of a symbol', (target) => {
  expect(mentionsOf(`[x](drover:symbol/${target})`)).toEqual([])
})

test.each(['/etc/passwd', '../up', 'a/../../b', '.git/config', 'a\nb', 'a`b'])(
  '%j is no path that is mentioned',
  (path) => {
    expect(isWorkspacePath(path)).toBe(false)
    expect(mentionsOf(`[x](drover:path/${encodeURIComponent(path)})`)).toEqual([])
  },
)

test('every path that may be mentioned comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (path) => {
      fc.pre(isWorkspacePath(path) && path.isWellFormed())
      expect(mentionsOf(pathMention(path))).toEqual([{ kind: 'path', path }])
    }),
  )
})

test('no text takes long to be read', () => {
  expect(mentionsOf('['.repeat(50_000))).toEqual([])
  expect(mentionsOf('[a](drover:path/'.repeat(5_000))).toEqual([])
})

test.each([
  ['https://example.test/', 'example.test'],
  ['HTTP://Example.test:8080/a(b)?q=[x]&r=ü#y', 'Example.test:8080/a(b)?q=\\[x\\]&r=ü#y'],
])('a page is mentioned by its address: %s', (url, name) => {
  const mention = pageMention(url) ?? ''
  expect(mention.startsWith(`[${name}](drover:page/`)).toBe(true)
  expect(mentionsOf(`See ${mention}.`)).toEqual([{ kind: 'page', url }])
  expect(textForAgent(`See ${mention}.`)).toBe(`See ${url}.`)
  expect(mentionedPage(/\((drover:.*)\)$/.exec(mention)?.[1] ?? '')).toBe(url)
})

test.each([
  '',
  'example.test',
  'ftp://example.test',
  'https://me:secret@example.test',
  'javascript:alert(1)',
  `https://a.test/${'x'.repeat(1500)}`,
])('%j is no page', (address) => {
  expect(pageMention(address)).toBeUndefined()
  expect(mentionsOf(`[x](drover:page/${encodeURIComponent(address)})`)).toEqual([])
})
