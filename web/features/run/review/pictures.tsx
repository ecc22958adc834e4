import { Show, createEffect, createSignal, onCleanup } from 'solid-js'
import type { FileChange, FileVersion } from '#shared/domain/transcript.ts'
import { reviewWords } from '../../../words/review.ts'
import { createLoad } from '../load.ts'
import { useScene } from '../scene.ts'
import styles from './review-panel.module.css'

const types: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
}

/** What a browser calls a picture by this name; `undefined`: it is none. */
export function pictureType(path: string): string | undefined {
  const end = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase()
  return end !== undefined && Object.hasOwn(types, end) ? types[end] : undefined
}

/** A changed picture: what it was beside what it is. */
export function Pictures(props: { readonly file: FileChange; readonly type: string }) {
  return (
    <div class={styles.pictures}>
      <Show when={props.file.before}>
        {(version) => <Picture label={reviewWords.pictureBefore} version={version()} type={props.type} />}
      </Show>
      <Show when={props.file.after}>
        {(version) => <Picture label={reviewWords.pictureAfter} version={version()} type={props.type} />}
      </Show>
    </div>
  )
}

function Picture(props: { readonly label: string; readonly version: FileVersion; readonly type: string }) {
  const { blobs } = useScene()
  const content = createLoad(() => props.version.blob, blobs.bytes)
  const [url, setUrl] = createSignal<string>()
  createEffect(() => {
    const state = content.state()
    if (state.type !== 'ready') return
    const made = URL.createObjectURL(new Blob([state.value], { type: props.type }))
    setUrl(made)
    onCleanup(() => {
      setUrl(undefined)
      URL.revokeObjectURL(made)
    })
  })
  return (
    <figure class={styles.picture}>
      <figcaption class={styles.note}>
        {props.label}
        <Show when={props.version.bytes !== undefined}> · {reviewWords.sizes(undefined, props.version.bytes)}</Show>
      </figcaption>
      <Show when={url()} fallback={<PictureGone isGone={content.state().type !== 'loading'} />}>
        {(address) => <img class={styles.image} src={address()} alt={props.label} />}
      </Show>
    </figure>
  )
}

function PictureGone(props: { readonly isGone: boolean }) {
  return (
    <Show when={props.isGone}>
      <p class={styles.note}>{reviewWords.pictureGone}</p>
    </Show>
  )
}
