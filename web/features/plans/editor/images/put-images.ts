import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import type { Transaction } from '@tiptap/pm/state'
import type { PlanId } from '#shared/ids.ts'
import type { DeviceImages } from '#sync/client/images/device-images.ts'
import { imageAddress } from '#sync/core/plan/image-address.ts'
import { planWords } from '../../../../words/plan.ts'
import { prepareImage } from '../../../../state/prepare-image.ts'

export type PutImages = (editor: Editor, files: readonly File[], at?: number) => Promise<void>

/** Files of one press, drop or paste. */
const mostFiles = 20
const altLimit = 300

/** Puts pictures into the text: each one once it is on this device's disk, at the place where it was wanted, whatever is written meanwhile. */
export function createPutImages(deps: {
  readonly images: Pick<DeviceImages, 'keepImage'>
  readonly planId: PlanId
  readonly onProblem: (text: string) => void
}): PutImages {
  const words = planWords.images
  return async (editor, files, at) => {
    const place = followPlace(editor, at ?? editor.state.selection.to)
    try {
      if (files.length > mostFiles) deps.onProblem(words.tooMany(mostFiles))
      for (const file of files.slice(0, mostFiles)) {
        const prepared = await prepareImage(file)
        if (typeof prepared === 'string') {
          deps.onProblem(words.unfit[prepared](file.name))
          continue
        }
        const { content, size } = prepared
        const hash = await deps.images.keepImage({ content, planId: deps.planId }).catch(() => undefined)
        if (hash === undefined) return deps.onProblem(words.notKept)
        if (editor.isDestroyed || !editor.isEditable) return
        const attrs = { src: imageAddress({ hash, size }), alt: altOf(file.name) }
        insert(editor, editor.schema.node('image', attrs), place.at())
      }
    } finally {
      place.stop()
    }
  }
}

/** Where something is to stand goes with the text around it. */
function followPlace(editor: Editor, begin: number): { at(): number; stop(): void } {
  let at = begin
  const follow = ({ transaction }: { readonly transaction: Transaction }): void => {
    at = transaction.mapping.map(at)
  }
  editor.on('transaction', follow)
  return { at: () => Math.min(at, editor.state.doc.content.size), stop: () => void editor.off('transaction', follow) }
}

/** Within a line where one may be, else in a paragraph of its own behind what stands there. */
function insert(editor: Editor, image: Node, at: number): void {
  const { state, view } = editor
  const place = state.doc.resolve(at)
  const index = place.index()
  if (place.parent.inlineContent && place.parent.canReplaceWith(index, index, image.type)) {
    view.dispatch(state.tr.insert(at, image).scrollIntoView())
    return
  }
  const paragraph = state.schema.node('paragraph', null, image)
  const behind = place.parent.isTextblock ? place.after() : at
  view.dispatch(state.tr.insert(behind, paragraph).scrollIntoView())
}

/** What a file is called says what it shows, unless a camera, a phone or the clipboard has called it so. */
function altOf(name: string): string | null {
  const words = name
    .replace(/\.\w{1,5}$/, '')
    .replaceAll(/[_\s]+/g, ' ')
    .trim()
  const isGiven =
    /^(?:image|img|dsc|pxl|photo|picture|unnamed|clipboard|screenshot|screen shot)\b|^[\d\s.-]*$|^[0-9a-f-]{16,}$/i
  return isGiven.test(words) ? null : words.slice(0, altLimit).toWellFormed()
}
