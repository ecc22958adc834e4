import type { Node } from '@tiptap/pm/model'
import type { Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown, gfmToMarkdown } from 'mdast-util-gfm'
import { toMarkdown, type Join, type Options as ToMarkdownOptions } from 'mdast-util-to-markdown'
import { gfm } from 'micromark-extension-gfm'
import { fromMdast } from './markdown/from-mdast.ts'
import { normalPlan } from './markdown/normal-form.ts'
import { isReadable, keptWhole, readWhole } from './markdown/readable.ts'
import { piecesOf, scanLines } from './markdown/scan.ts'
import { toMdast, type AsIs } from './markdown/to-mdast.ts'
import { writeLink } from './markdown/write-link.ts'

/** A plan has no footnotes, so their text stays text. */
const withoutFootnotes = { disable: { null: ['gfmFootnoteCall', 'gfmFootnoteDefinition', 'gfmPotentialFootnoteCall'] } }

/** What the writer leaves as it is, though it would be read as something else: an address that begins with `<`, a mail address between signs that begins with no letter. */
const overlooked: ToMarkdownOptions['unsafe'] = [
  { character: '<', inConstruct: 'destinationRaw' },
  { character: '<', after: String.raw`[\w.!#$%&'*+/=?^\x60{|}~-]+@`, inConstruct: 'phrasing' },
]

const asIs = Object.assign((node: AsIs): string => node.value, { peek: (node: AsIs): string => node.value.charAt(0) })

/** A list right under a text has to begin with one: `- -` would go on with the text above it. */
const apart: Join = (left, right) => {
  if (left.type !== 'paragraph' || right.type !== 'list') return undefined
  const first = right.children[0]?.children[0]
  return first?.type === 'paragraph' ? undefined : 1
}

/**
 * Markdown (CommonMark with tables, boxes, struck-out text and bare addresses of GitHub's) as a plan, in normal form (`normalPlan`). HTML stays as its text, but for `<br>`.
 * Every text is a plan: one that costs too much to read (`isReadable`) becomes a single block of code.
 */
export function parsePlan(markdown: string): Node {
  const whole = readWhole(markdown)
  if (whole !== undefined) return whole
  const scan = scanLines(markdown)
  if (!isReadable(scan)) return keptWhole(markdown)
  return normalPlan(fromMdast({ type: 'root', children: piecesOf(scan).flatMap((piece) => readTree(piece).children) }))
}

function readTree(markdown: string): Root {
  return fromMarkdown(markdown, {
    extensions: [gfm(), withoutFootnotes],
    // The transforms look for addresses that the tokenizer had not taken; they recurse as deep as the text nests.
    mdastExtensions: gfmFromMarkdown().map((extension) => ({ ...extension, transforms: [] })),
  })
}

/** A plan as Markdown; `parsePlan` makes its normal form of it. */
export function writePlan(plan: Node): string {
  const normal = normalPlan(plan)
  if (
    normal.childCount === 1 &&
    normal.textContent === '' &&
    normal.firstChild?.type.name === 'paragraph' &&
    normal.firstChild.childCount === 0
  )
    return ''
  return toMarkdown(toMdast(normal), {
    bullet: '-',
    emphasis: '*',
    fences: true,
    // Never the sign of a list: an item that begins with a rule would change its list's.
    rule: '_',
    handlers: {
      asIs,
      link: writeLink,
      thematicBreak: (_node, _parent, state) => (state.stack.includes('listItem') ? '___' : '---'),
    },
    extensions: [gfmToMarkdown({ tablePipeAlign: false }), { unsafe: overlooked, join: [apart] }],
  })
}
