import type { Node } from '@tiptap/pm/model'
import type { NodeView } from '@tiptap/pm/view'
import { contentTypeOf } from '#shared/domain/plan-image.ts'
import type { DeviceImages } from '#sync/client/images/device-images.ts'
import type { ImageAddress } from '#sync/core/plan/image-address.ts'
import { planWords } from '../../../../words/plan.ts'
import styles from './image-view.module.css'

export type ShownImages = Pick<DeviceImages, 'readImage' | 'subscribeUnsentImages'>

/** How long until a picture that is not here is asked for again: twice as long each time. */
const firstAgainMs = 2_000
const lastAgainMs = 60_000
/** Higher than this, in pixels, none is shown in the text. */
const mostHeight = 640

const words = planWords.images

/** A picture of the team in the text: from this device where it has it, else once the server has it. Its room is there before it is. */
export function createImageView(image: ImageAddress, node: Node, images: ShownImages): NodeView {
  const dom = document.createElement('span')
  dom.className = styles.box ?? ''
  const note = dom.appendChild(document.createElement('span'))
  note.className = styles.note ?? ''
  const picture = document.createElement('img')
  picture.className = styles.picture ?? ''
  picture.decoding = 'async'
  picture.draggable = false
  const shown = image.size && withinHeight(image.size)
  if (shown !== undefined) {
    dom.style.inlineSize = `${shown.width}px`
    dom.style.aspectRatio = `${shown.width} / ${shown.height}`
    picture.width = shown.width
    picture.height = shown.height
  }
  const giveUp = new AbortController()
  let url: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let againMs = firstAgainMs

  function say(state: 'opening' | 'coming' | 'away' | 'broken' | 'here'): void {
    dom.dataset['state'] = state
    note.textContent = state === 'here' ? '' : words.state[state]
  }

  function setAlt(now: Node): void {
    const alt: unknown = now.attrs['alt']
    picture.alt = typeof alt === 'string' ? alt : ''
    dom.title = picture.alt
  }

  function show(content: Uint8Array<ArrayBuffer>, type: string): void {
    url = URL.createObjectURL(new Blob([content], { type }))
    picture.onload = () => say('here')
    picture.onerror = () => {
      picture.remove()
      say('broken')
    }
    picture.src = url
    dom.prepend(picture)
  }

  async function read(): Promise<void> {
    clearTimeout(timer)
    const found = await images.readImage(image.hash, giveUp.signal).catch(() => 'unreachable' as const)
    if (giveUp.signal.aborted || url !== undefined) return
    if (typeof found === 'object') return show(found.content, contentTypeOf(found.type))
    say(found === 'missing' ? 'coming' : 'away')
    timer = setTimeout(() => void read(), againMs)
    againMs = Math.min(lastAgainMs, againMs * 2)
  }

  const onOnline = (): void => {
    againMs = firstAgainMs
    if (url === undefined) void read()
  }
  const stopUnsent = images.subscribeUnsentImages((unsent) => {
    const own = unsent.find(({ hash }) => hash === image.hash)
    dom.toggleAttribute('data-refused', own?.refusal !== undefined)
    if (own?.refusal !== undefined) dom.dataset['told'] = words.refused
    else delete dom.dataset['told']
  })
  window.addEventListener('online', onOnline)
  setAlt(node)
  say('opening')
  void read()

  return {
    dom,
    update(now) {
      if (now.type !== node.type || now.attrs['src'] !== node.attrs['src']) return false
      setAlt(now)
      return true
    },
    ignoreMutation: () => true,
    destroy() {
      giveUp.abort()
      clearTimeout(timer)
      stopUnsent()
      window.removeEventListener('online', onOnline)
      if (url !== undefined) URL.revokeObjectURL(url)
    },
  }
}

function withinHeight({ width, height }: { readonly width: number; readonly height: number }) {
  const scale = Math.min(1, mostHeight / height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
