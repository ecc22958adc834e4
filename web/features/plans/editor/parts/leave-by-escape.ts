import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'

/** Out of the text by one key, so that the keys of the page are in reach: Tab moves steps in and out. A list at the caret closes first. */
export const LeaveByEscape = Extension.create({
  name: 'leaveByEscape',
  addProseMirrorPlugins() {
    return [
      new Plugin({
        props: {
          handleDOMEvents: {
            keydown(view, event) {
              if (event.key === 'Escape' && !event.isComposing && !view.dom.hasAttribute('aria-controls'))
                view.dom.blur()
              return false
            },
          },
        },
      }),
    ]
  },
})
