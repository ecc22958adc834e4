import { Extension } from '@tiptap/core'
import { Suggestion } from '@tiptap/suggestion'
import { holdsAll, toWords } from '../../../../state/find.ts'
import { planWords } from '../../../../words/plan.ts'
import { slashItems } from './slash-items.ts'
import type { SuggestItem, createSuggest } from './suggest.ts'

export type SuggestionsOptions = {
  suggest: ReturnType<typeof createSuggest> | undefined
  onPicture: (from: 'device' | 'address') => void
  mentions: (query: string) => readonly SuggestItem[]
}

/** `/` and `@`, where a word may begin. */
export const Suggestions = Extension.create<SuggestionsOptions>({
  name: 'suggestions',
  addOptions: () => ({ suggest: undefined, onPicture: () => undefined, mentions: () => [] }),
  addProseMirrorPlugins() {
    const { suggest, onPicture, mentions } = this.options
    if (suggest === undefined) return []
    const all = slashItems(onPicture)
    const findParts = (query: string) => {
      const wanted = toWords(query)
      return all.filter(({ also }) => holdsAll(also, wanted))
    }
    const { slash, mention } = planWords
    return [
      { key: 'slash', char: '/', label: slash.label, none: slash.none, find: findParts },
      { key: 'mentions', char: '@', label: mention.label, none: mention.none, find: mentions },
    ].map((source) => Suggestion({ editor: this.editor, ...suggest.options(source) }))
  },
})
