import type { IconNode } from 'lucide'
import styles from './icon.module.css'

/** A Lucide icon (`import { Plus } from 'lucide'`). Decoration beside words: an icon alone needs `IconButton` or a `label`. */
export function Icon(props: {
  readonly of: IconNode
  readonly size?: 'sm' | 'md' | 'lg' | undefined
  readonly label?: string | undefined
}) {
  return (
    <svg
      class={styles.icon}
      data-size={props.size ?? 'md'}
      viewBox="0 0 24 24"
      role={props.label === undefined ? undefined : 'img'}
      aria-label={props.label}
      aria-hidden={props.label === undefined ? 'true' : undefined}
    >
      {shapesOf(props.of)}
    </svg>
  )
}

const drawn = new WeakMap<IconNode, readonly Element[]>()

/** Drawn once and copied from then on: a page of rows has hundreds of icons. */
function shapesOf(icon: IconNode): Node[] {
  let shapes = drawn.get(icon)
  if (shapes === undefined) {
    shapes = icon.map(([tag, attributes]) => {
      const shape = document.createElementNS('http://www.w3.org/2000/svg', tag)
      for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, String(value))
      return shape
    })
    drawn.set(icon, shapes)
  }
  return shapes.map((shape) => shape.cloneNode())
}
