import type { Environment } from '#shared/domain/environment.ts'
import { StatusGlyph } from '../../ui/status-glyph.tsx'
import { environmentWords } from '../../words/environments.ts'
import { durationWords } from '../../words/run.ts'
import styles from './environments.module.css'

const glyphs = { going: 'working', ok: 'done', failed: 'failed', cancelled: 'cancelled' } as const

/** How the last test ended: a shape and a word. */
export function TestState(props: { readonly test: NonNullable<Environment['test']> }) {
  return (
    <span class={styles.state}>
      <StatusGlyph state={glyphs[props.test.state]} decorative size="sm" />
      {testWords(props.test)}
    </span>
  )
}

export function testWords(test: NonNullable<Environment['test']>): string {
  const words = environmentWords.test
  if (test.state !== 'ok') return words[test.state]
  return words.ok(durationWords((test.endedAt ?? test.startedAt) - test.startedAt))
}
