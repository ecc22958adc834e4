import { Extension, getSchema, type Extensions } from '@tiptap/core'
import { Code } from '@tiptap/extension-code'
import { Image } from '@tiptap/extension-image'
import { TaskItem, TaskList } from '@tiptap/extension-list'
import { Mention } from '@tiptap/extension-mention'
import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table'
import type { Schema } from '@tiptap/pm/model'
import { StarterKit } from '@tiptap/starter-kit'

/** The root type of a plan's Y.Doc that holds its text. */
export const planField = 'body'

/** What a mention can point at; `path`: a file of the repository. */
export const mentionKinds = ['path', 'plan', 'rule', 'skill', 'run'] as const
export type MentionKind = (typeof mentionKinds)[number]

/**
 * Sections and steps have names of their own, so that runs, agents and comments can point at them. They are no part of the Markdown. The editor gives them,
 * and so does the server where an agent writes.
 */
const Named = Extension.create({
  name: 'named',
  addGlobalAttributes() {
    return [
      { types: ['heading', 'taskItem'], attributes: { id: { default: null, rendered: false, keepOnSplit: false } } },
    ]
  },
})

/** What stands behind the language of a code block in Markdown, such as a file's name. */
const CodeMeta = Extension.create({
  name: 'codeMeta',
  addGlobalAttributes() {
    return [{ types: ['codeBlock'], attributes: { meta: { default: null, rendered: false } } }]
  },
})

/** An image may be a link: nodes in a line carry no marks in Yjs, so it is the image's own. */
const PlanImage = Image.extend({
  addAttributes() {
    return { ...this.parent?.(), href: { default: null, rendered: false } }
  },
})

/** Code may be a link, bold or struck out, as in Markdown. */
const PlanCode = Code.extend({ excludes: 'code' })

/** `[label](drover:kind/id)` in Markdown. */
export const PlanMention = Mention.extend({
  addAttributes() {
    return { kind: { default: 'path' }, id: { default: '' }, label: { default: '' } }
  },
})

/** What a plan is made of: the same in the editor, on the server and for agents. No DOM is needed to read it. */
export function planExtensions(): Extensions {
  return [
    StarterKit.configure({
      undoRedo: false,
      underline: false,
      trailingNode: false,
      code: false,
      link: { openOnClick: false, autolink: true },
    }),
    PlanCode,
    CodeMeta,
    TaskList,
    TaskItem.configure({ nested: true }),
    Table.configure({ resizable: false }),
    TableRow,
    TableHeader,
    TableCell,
    PlanImage.configure({ inline: true }),
    PlanMention,
    Named,
  ]
}

let known: Schema | undefined

/** Made once: nodes of two schemas do not mix. */
export function planSchema(): Schema {
  known ??= getSchema(planExtensions())
  return known
}
