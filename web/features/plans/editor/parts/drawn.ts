import type { Editor } from '@tiptap/core'
import { Plugin, PluginKey, type PluginSpec } from '@tiptap/pm/state'
import { DecorationSet, type Decoration } from '@tiptap/pm/view'

/** Something that is drawn over the text and is no part of it: it moves with what it stands at until it is shown anew. */
export type Drawn = {
  readonly plugin: (props?: PluginSpec<DecorationSet>['props']) => Plugin<DecorationSet>
  /** `draw` is given the document as it is now. Nothing, where nothing was, changes nothing. */
  readonly show: (editor: Editor, draw: (doc: Editor['state']['doc']) => Decoration[]) => void
}

export function createDrawn(name: string): Drawn {
  const key = new PluginKey<DecorationSet>(name)
  return {
    plugin: (props = {}) =>
      new Plugin<DecorationSet>({
        key,
        state: {
          init: () => DecorationSet.empty,
          apply: (tr, before) => {
            const next: unknown = tr.getMeta(key)
            return next instanceof DecorationSet ? next : before.map(tr.mapping, tr.doc)
          },
        },
        props: { ...props, decorations: (state) => key.getState(state) },
      }),
    show(editor, draw) {
      const { doc, tr } = editor.state
      const drawn = draw(doc)
      if (drawn.length === 0 && key.getState(editor.state) === DecorationSet.empty) return
      editor.view.dispatch(tr.setMeta(key, DecorationSet.create(doc, drawn)).setMeta('addToHistory', false))
    },
  }
}
