import { encode } from 'uqr'
import { createMemo } from 'solid-js'
import styles from './settings.module.css'

/** A QR code of `text`, drawn as one path with the quiet edge that scanners need. */
export function QrCode(props: { readonly text: string; readonly label: string }) {
  const code = createMemo(() => encode(props.text, { ecc: 'M', border: 2 }))
  const path = () =>
    code()
      .data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
      .join('')
  return (
    <div class={styles.qr}>
      <svg viewBox={`0 0 ${code().size} ${code().size}`} role="img" aria-label={props.label}>
        <path d={path()} fill="currentColor" />
      </svg>
    </div>
  )
}
