import { runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import styles from './download-link.module.css'

/** The way to all that an entry printed or said, as a file. */
export function DownloadLink(props: { readonly n: number }) {
  const { blobs, runId } = useScene()
  return (
    <a class={styles.link} href={blobs.output(runId, props.n)} download="" aria-label={runWords.output.downloadName}>
      {runWords.output.download}
    </a>
  )
}
