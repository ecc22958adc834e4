import { shellWords } from '../../words/shell.ts'
import styles from './title-bar.module.css'

/** The strip beside the window's own buttons, where the installed app draws its title bar itself. The window is moved by it. */
export function TitleBar(props: { readonly title: string | undefined }) {
  // Drawn by the style sheet: the title is no text of the page.
  return <div class={styles.bar} data-title={props.title ?? shellWords.app} aria-hidden="true" />
}
