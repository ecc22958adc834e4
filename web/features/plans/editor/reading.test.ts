import { Node } from '@tiptap/pm/model'
import { expect, test } from 'vitest'
import { planSchema } from '#sync/core/plan/schema.ts'
import { readPlan } from './reading.ts'

const text = (words: string) => (words === '' ? [] : [{ type: 'text', text: words }])
const heading = (level: number, words: string, id: string | null = null) => ({
  type: 'heading',
  attrs: { level, id },
  content: text(words),
})
const paragraph = (words: string) => ({ type: 'paragraph', content: text(words) })
const steps = (...checked: readonly boolean[]) => ({
  type: 'taskList',
  content: checked.map((done) => ({ type: 'taskItem', attrs: { checked: done }, content: [paragraph('Do it')] })),
})
const plan = (...content: readonly object[]) => readPlan(Node.fromJSON(planSchema(), { type: 'doc', content }))

test('a section counts the steps in it and in the parts below it', () => {
  const { sections, steps: all } = plan(
    heading(1, 'Extract billing'),
    heading(2, 'Phase 1', 'p1'),
    heading(3, 'Rules', 'rules'),
    paragraph('None.'),
    heading(3, 'Steps', 'steps'),
    steps(true, true, false),
    heading(2, 'Phase 2', 'p2'),
    steps(false),
  )
  expect(
    sections.map(({ key, level, text: words, steps: { done, total } }) => [key, level, words, done, total]),
  ).toEqual([
    ['p1', 1, 'Phase 1', 2, 3],
    ['rules', 2, 'Rules', 0, 0],
    ['steps', 2, 'Steps', 2, 3],
    ['p2', 1, 'Phase 2', 0, 1],
  ])
  expect(all).toEqual({ done: 2, total: 4 })
})

test('the title is no section, whatever levels the others have', () => {
  expect(plan(heading(1, 'Title'), heading(3, 'Deep')).sections.map(({ level }) => level)).toEqual([1])
  expect(plan(heading(1, 'One'), heading(1, 'Two')).sections.map(({ text: words }) => words)).toEqual(['Two'])
  expect(plan(heading(2, 'No title')).sections.map(({ text: words }) => words)).toEqual(['No title'])
})

test('steps within steps count, and words are those of every block', () => {
  const nested = {
    type: 'taskList',
    content: [
      {
        type: 'taskItem',
        attrs: { checked: false },
        content: [paragraph('Outer step'), steps(true)],
      },
    ],
  }
  expect(plan(heading(1, 'A plan'), nested)).toMatchObject({ words: 6, steps: { done: 1, total: 2 } })
})

test('a plan is called as its first heading, or else as it begins', () => {
  expect(plan(paragraph('Before'), heading(2, 'Called so')).title).toBe('Called so')
  expect(plan(paragraph('Only words')).title).toBe('Only words')
})

test('an empty plan reads as nothing', () => {
  expect(plan(paragraph(''))).toEqual({ title: '', sections: [], words: 0, steps: { done: 0, total: 0 } })
})
