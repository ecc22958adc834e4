import { Index, Match, Switch, createMemo } from 'solid-js'
import { CodeBlock } from './code-block.tsx'
import { markdownBlocks, type MarkdownBlock } from './markdown.ts'
import styles from './markdown.module.css'

/** Markdown of an agent or a person. While it streams, only the block that grows is drawn again. */
export function Markdown(props: { readonly text: string; readonly streaming?: boolean | undefined }) {
  let cache = new Map<string, MarkdownBlock>()
  const blocks = createMemo(() => {
    const used = new Map<string, MarkdownBlock>()
    const next = markdownBlocks(props.text, props.streaming ?? false, {
      get: (key: string) => cache.get(key),
      set: (key: string, block: MarkdownBlock) => used.set(key, block),
    })
    cache = used
    return next
  })
  return (
    <div class={styles.prose} dir="auto">
      <Index each={blocks()}>
        {(block) => {
          const code = createMemo(() => {
            const now = block()
            return now.kind === 'code' ? now : undefined
          })
          const html = createMemo(() => {
            const now = block()
            return now.kind === 'html' ? now.html : undefined
          })
          return (
            <Switch>
              <Match when={code()}>
                {(now) => <CodeBlock code={now().code} language={now().language} open={now().open} />}
              </Match>
              {/* eslint-disable-next-line solid/no-innerhtml -- markdownBlocks gives only what DOMPurify let through. */}
              <Match when={html()}>{(now) => <div class={styles.block} innerHTML={now()} />}</Match>
            </Switch>
          )
        }}
      </Index>
    </div>
  )
}
