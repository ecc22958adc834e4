import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { createSignal, onCleanup, type Accessor } from 'solid-js'
import { countWords } from '#shared/words.ts'
import { whenIdle } from '../../../state/platform.ts'

/** A part of a plan under a heading, with the steps in it and in the parts below it. */
export type Section = {
  /** Names it in lists; its place where it has no name yet. */
  readonly key: string
  /** Before its heading. */
  readonly at: number
  /** 1: outermost in this plan. */
  readonly level: number
  readonly text: string
  readonly steps: Steps
}
export type Steps = { readonly done: number; readonly total: number }

/** What a plan's page says about the text as a whole. */
export type Reading = {
  /** The first heading, or what stands first. */
  readonly title: string
  readonly sections: readonly Section[]
  readonly words: number
  readonly steps: Steps
}

/** Sections that an outline has at most, and letters of each. */
const mostSections = 500
const mostLetters = 200

/** In one pass. The title, a first heading of level 1, is no part of the outline. */
export function readPlan(doc: Node): Reading {
  const found: { key: string; at: number; level: number; text: string; done: number; total: number }[] = []
  const steps = { done: 0, total: 0 }
  let words = 0
  let [title, first] = ['', '']
  doc.descendants((node, at) => {
    if (node.type.name === 'heading' && !(at === 0 && node.attrs['level'] === 1) && found.length < mostSections) {
      const [id, level]: [unknown, unknown] = [node.attrs['id'], node.attrs['level']]
      found.push({
        key: typeof id === 'string' && id !== '' ? id : `at-${at}`,
        at,
        level: typeof level === 'number' ? level : 1,
        text: node.textContent.slice(0, mostLetters),
        done: 0,
        total: 0,
      })
    }
    if (node.type.name === 'taskItem') {
      const done = node.attrs['checked'] === true ? 1 : 0
      steps.total += 1
      steps.done += done
      // The sections that it lies in: the last one, and each before it that is further out.
      let inner = Number.POSITIVE_INFINITY
      for (let index = found.length - 1; index >= 0 && inner > 1; index--) {
        const section = found[index]
        if (section === undefined || section.level >= inner) continue
        inner = section.level
        section.total += 1
        section.done += done
      }
    }
    if (!node.isTextblock) return true
    if (title === '' && node.type.name === 'heading') title = node.textContent.trim()
    if (first === '') first = node.textContent.trim()
    words += countWords(node.textContent)
    return false
  })
  const outermost = Math.min(...found.map(({ level }) => level))
  return {
    title: (title === '' ? first : title).slice(0, mostLetters),
    sections: found.map(({ key, at, level, text, done, total }) => ({
      key,
      at,
      level: level - outermost + 1,
      text,
      steps: { done, total },
    })),
    words,
    steps,
  }
}

const restMs = 300

/** Read anew once the writing rests and the page has nothing better to do. Needs an owner. */
export function useReading(editor: Editor): Accessor<Reading> {
  const [reading, setReading] = createSignal(readPlan(editor.state.doc))
  let timer: ReturnType<typeof setTimeout> | undefined
  const later = (): void => {
    timer ??= setTimeout(
      () =>
        whenIdle(() => {
          timer = undefined
          if (!editor.isDestroyed) setReading(readPlan(editor.state.doc))
        }),
      restMs,
    )
  }
  editor.on('update', later)
  onCleanup(() => {
    clearTimeout(timer)
    editor.off('update', later)
  })
  return reading
}
