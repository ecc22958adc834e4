import type { ChainedCommands } from '@tiptap/core'
// Their commands are known to the compiler where they are imported.
import '@tiptap/extension-list'
import '@tiptap/extension-table'
import '@tiptap/starter-kit'
import {
  AtSign,
  Code,
  Heading1,
  Heading2,
  Heading3,
  Image,
  ImageUp,
  List,
  ListChecks,
  ListOrdered,
  Minus,
  Pilcrow,
  Quote,
  Table,
  type IconNode,
} from 'lucide'
import { fold } from '../../../../state/find.ts'
import { planWords } from '../../../../words/plan.ts'
import type { SuggestItem } from './suggest.ts'

const words = planWords.slash

/** What `/` puts in, in its order: what is written most comes first. */
export function slashItems(
  onPicture: (from: 'device' | 'address') => void,
): readonly (SuggestItem & { readonly also: string })[] {
  const item = (
    key: string,
    icon: IconNode,
    group: string,
    title: string,
    also: string,
    act: (chain: ChainedCommands) => ChainedCommands,
  ) => ({
    key,
    icon,
    group,
    title,
    also: fold(`${title} ${also}`),
    put: ((editor, range) => void act(editor.chain().focus().deleteRange(range)).run()) satisfies SuggestItem['put'],
  })
  const { group } = words
  return [
    item('heading', Heading2, group.text, words.heading2, 'h2 section phase', (chain) =>
      chain.setNode('heading', { level: 2 }),
    ),
    item('subheading', Heading3, group.text, words.heading3, 'h3 section', (chain) =>
      chain.setNode('heading', { level: 3 }),
    ),
    item('title', Heading1, group.text, words.heading1, 'h1', (chain) => chain.setNode('heading', { level: 1 })),
    item('text', Pilcrow, group.text, words.paragraph, 'paragraph plain', (chain) => chain.setNode('paragraph')),
    item('steps', ListChecks, group.lists, words.steps, words.stepsAlso, (chain) => chain.toggleTaskList()),
    item('bullets', List, group.lists, words.bullets, 'bullets points ul', (chain) => chain.toggleBulletList()),
    item('numbers', ListOrdered, group.lists, words.numbers, 'ordered ol', (chain) => chain.toggleOrderedList()),
    item('code', Code, group.parts, words.code, 'fence block shell command', (chain) => chain.setCodeBlock()),
    item('table', Table, group.parts, words.table, 'grid rows columns', (chain) =>
      chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
    ),
    item('quote', Quote, group.parts, words.quote, 'blockquote', (chain) => chain.toggleBlockquote()),
    item('rule', Minus, group.parts, words.rule, 'divider horizontal hr', (chain) => chain.setHorizontalRule()),
    item('mention', AtSign, group.parts, words.mention, 'link plan run file', (chain) => chain.insertContent('@')),
    ...(['device', 'address'] as const).map((from) => ({
      key: `picture-${from}`,
      icon: from === 'device' ? ImageUp : Image,
      group: group.parts,
      title: words.picture[from],
      also: fold(`${words.picture[from]} image photo screenshot`),
      put: ((editor, range) => {
        editor.chain().focus().deleteRange(range).run()
        onPicture(from)
      }) satisfies SuggestItem['put'],
    })),
  ]
}
