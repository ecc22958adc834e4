import { z } from 'zod'
import type { DecorationAttrs } from '@tiptap/pm/view'
import { UserId } from '#shared/ids.ts'
import styles from './caret.module.css'

/** What a device says of its person in a plan's room, and what is read of others: it came over the network. */
export const Someone = z.object({
  /** Whose account it is, which the room holds it to. */
  userId: UserId.optional(),
  name: z.string().min(1).max(120),
  /** 1 to 3: of a person. An agent has none. */
  hue: z.number().int().min(1).max(3).optional(),
  /** Two letters: of an agent. */
  letters: z.string().max(4).optional(),
  /** For editors that know no hues: `#rrggbb`. */
  color: z.string().optional(),
})
export type Someone = z.infer<typeof Someone>

/** Where somebody writes, with their name. People have a hue; agents have ink and a square. */
export function drawCaret(user: unknown): HTMLElement {
  const someone = Someone.safeParse(user).data
  const caret = document.createElement('span')
  caret.className = styles.caret ?? ''
  const label = document.createElement('span')
  label.className = styles.label ?? ''
  // Who is here stands in the page's head; within the text a name would be read as a part of it.
  caret.setAttribute('aria-hidden', 'true')
  if (someone?.userId === undefined) caret.dataset['agent'] = ''
  else caret.dataset['hue'] = String(someone.hue ?? 1)
  label.textContent = someone?.name ?? ''
  // The joiners keep the line from being broken, or made higher, at the caret.
  caret.append('\u2060', label, '\u2060')
  return caret
}

export function drawSelection(user: unknown): DecorationAttrs {
  const someone = Someone.safeParse(user).data
  return { class: styles.selection ?? '', 'data-hue': String(someone?.hue ?? 0) }
}
