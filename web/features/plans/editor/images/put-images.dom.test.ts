import { Editor } from '@tiptap/core'
import { afterEach, describe, expect, test } from 'vitest'
import { PlanId, type BlobHash } from '#shared/ids.ts'
import { createMemoryImages } from '#sync/client/images/memory-images.ts'
import { writePlan } from '#sync/core/plan/markdown.ts'
import { planExtensions, planSchema } from '#sync/core/plan/schema.ts'
import { hashOf, pngOf } from '#test/pictures.ts'
import { planWords } from '../../../../words/plan.ts'
import { readMarkdown } from '../parts/markdown-clipboard.ts'
import { createImageView, type ShownImages } from './image-view.ts'
import { createPutImages } from './put-images.ts'

const planId = PlanId.parse('01980000-0000-7000-8000-000000000001')
const bytes = pngOf({ width: 30, height: 20 })
const src = `drover:image/${hashOf(bytes)}#30x20`
const file = (name: string, content: BlobPart = bytes): File => new File([content], name, { type: 'image/png' })
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function edit(markdown: string): Editor {
  const editor = new Editor({ extensions: planExtensions() })
  closers.push(() => editor.destroy())
  editor.view.dispatch(
    editor.state.tr.replaceWith(0, editor.state.doc.content.size, readMarkdown(markdown, editor.schema).content),
  )
  return editor
}
const textOf = (editor: Editor): string => writePlan(planSchema().nodeFromJSON(editor.getJSON())).trimEnd()

describe('a picture that is put in', () => {
  test('stands where it was wanted, whatever is written before it meanwhile, and only once it is kept', async () => {
    const editor = edit('One two')
    const kept = Promise.withResolvers<BlobHash>()
    const asked = Promise.withResolvers<void>()
    const put = createPutImages({
      images: {
        keepImage: () => {
          asked.resolve()
          return kept.promise
        },
      },
      planId,
      onProblem: (text) => expect(text).toBe(''),
    })
    const putting = put(editor, [file('floor_plan.png')], 5)
    await asked.promise
    editor.commands.insertContentAt(1, 'Zero ')
    expect(textOf(editor)).toBe('Zero One two')
    kept.resolve(hashOf(bytes))
    await putting
    expect(textOf(editor)).toBe(`Zero One ![floor plan](${src})two`)
  })

  test('stands behind a block that can hold none, and a name that a phone gave says nothing', async () => {
    const editor = edit('```sh\nls\n```')
    const put = createPutImages({ images: createMemoryImages({ now: () => 1 }), planId, onProblem: () => undefined })
    await put(editor, [file('IMG_2031.png')], 2)
    expect(textOf(editor)).toBe(`\`\`\`sh\nls\n\`\`\`\n\n![](${src})`)
  })

  test('is not in the text where the device could not keep it, and what does not fit is told by name', async () => {
    const editor = edit('Text')
    const told: string[] = []
    const put = createPutImages({
      images: { keepImage: () => Promise.reject(new Error('full')) },
      planId,
      onProblem: (text) => told.push(text),
    })
    await put(editor, [file('notes.png', 'just text'), file('a.png')])
    expect(told).toEqual([planWords.images.unfit.no_picture('notes.png'), planWords.images.notKept])
    expect(textOf(editor)).toBe('Text')
  })

  test('is left out of a text that may no longer be written', async () => {
    const editor = edit('Text')
    const put = createPutImages({ images: createMemoryImages({ now: () => 1 }), planId, onProblem: () => undefined })
    const putting = put(editor, [file('a.png')])
    editor.setEditable(false)
    await putting
    expect(textOf(editor)).toBe('Text')
  })
})

describe('a picture in the text', () => {
  const node = () => planSchema().node('image', { src, alt: 'A floor' })
  const show = (readImage: ShownImages['readImage']) => {
    const view = createImageView({ hash: hashOf(bytes), size: { width: 1280, height: 2560 } }, node(), {
      readImage,
      subscribeUnsentImages: (on) => {
        on([])
        return () => undefined
      },
    })
    closers.push(() => view.destroy?.())
    return view
  }

  test('has its room before it is there, and says how it stands', async () => {
    const read = Promise.withResolvers<'missing'>()
    const { dom } = show(() => read.promise)
    if (!(dom instanceof HTMLElement)) throw new Error('it is an element')
    expect([dom.style.aspectRatio, dom.style.inlineSize]).toEqual(['320 / 640', '320px'])
    expect(dom.textContent).toBe(planWords.images.state.opening)
    read.resolve('missing')
    await read.promise
    await expect.poll(() => dom.textContent).toBe(planWords.images.state.coming)
  })

  test('is asked for again when the network comes back, and not any more once it is gone from the text', async () => {
    let asked = 0
    const view = show(async () => {
      asked++
      return 'unreachable'
    })
    await expect.poll(() => view.dom.textContent).toBe(planWords.images.state.away)
    window.dispatchEvent(new Event('online'))
    expect(asked).toBe(2)
    view.destroy?.()
    window.dispatchEvent(new Event('online'))
    expect(asked).toBe(2)
  })

  test('takes new words without being read again, and another picture is another view', () => {
    let asked = 0
    const view = show(async () => {
      asked++
      return 'missing'
    })
    const update = (attrs: Record<string, unknown>) =>
      view.update?.(planSchema().node('image', attrs), [], undefined as never)
    expect(update({ src, alt: 'The floor' })).toBe(true)
    expect(update({ src: 'https://example.test/a.png' })).toBe(false)
    expect(asked).toBe(1)
  })
})
