import type { Mark, Node } from '@tiptap/pm/model'
import { MessageSquarePlus } from 'lucide'
import { Dynamic } from 'solid-js/web'
import { For, Show, createContext, createMemo, useContext, type JSX } from 'solid-js'
import type { BlobHash } from '#shared/ids.ts'
import { imageOf } from '#sync/core/plan/image-address.ts'
import { parsePlan } from '#sync/core/plan/markdown.ts'
import { IconButton } from '../../../ui/button.tsx'
import { planShareWords } from '../../../words/plan-share.ts'
import { planWords } from '../../../words/plan.ts'
import pane from '../editor/editor-pane.module.css'
import styles from './reader.module.css'

const words = planShareWords.page

export type ReadSection = { readonly index: number; readonly level: number; readonly text: string }

/** Where pictures of the plan's team are fetched. */
const Pictures = createContext<{ readonly pictureAddress: (hash: BlobHash) => string }>()

/** What names a block: the same block is the same object, so that only what changed is drawn again. */
type Block = { readonly node: Node; readonly heading: number | undefined }

/**
 * A plan's Markdown to be read. It is drawn node by node, never as HTML; a picture of another server is its address, since fetching it would tell
 * that server who reads this. Text between two other things is one `[data-run]`: comments are about words within one.
 */
export function Reader(props: {
  readonly markdown: string
  readonly pictureAddress: (hash: BlobHash) => string
  readonly onSections: (sections: readonly ReadSection[]) => void
  /** Comments on a heading; absent where nobody comments. */
  readonly onHeading: ((heading: HTMLElement) => void) | undefined
}) {
  let cache = new Map<string, Block>()
  const blocks = createMemo(() => {
    const used = new Map<string, Block>()
    const sections: ReadSection[] = []
    const shown: Block[] = []
    parsePlan(props.markdown).forEach((node) => {
      const isHeading = node.type.name === 'heading'
      const heading = isHeading ? sections.length : undefined
      if (isHeading) sections.push({ index: sections.length, level: levelOf(node), text: node.textContent })
      // Blocks that say the same are still several.
      const source = JSON.stringify(node.toJSON())
      let key = `${heading ?? ''}/${source}`
      for (let n = 1; used.has(key); n++) key = `${heading ?? ''}/${n}/${source}`
      const block = cache.get(key) ?? { node, heading }
      used.set(key, block)
      shown.push(block)
    })
    cache = used
    props.onSections(sections)
    return shown
  })
  const isEmpty = () => props.markdown.trim() === ''
  return (
    <Pictures.Provider value={props}>
      <div class={`${pane.page} ${styles.page}`}>
        <div class="tiptap" dir="auto">
          <Show when={!isEmpty()} fallback={<p>{words.empty}</p>}>
            <For each={blocks()}>
              {(block) => (
                <Show when={block.heading !== undefined} fallback={<BlockView node={block.node} />}>
                  <Heading node={block.node} index={block.heading ?? 0} onComment={props.onHeading} />
                </Show>
              )}
            </For>
          </Show>
        </div>
      </div>
    </Pictures.Provider>
  )
}

/** Where a section begins on the page. */
export const sectionId = (index: number): string => `section-${index}`

function Heading(props: {
  readonly node: Node
  readonly index: number
  readonly onComment: ((heading: HTMLElement) => void) | undefined
}) {
  let heading: HTMLElement | undefined
  return (
    <div class={styles.heading}>
      <Dynamic
        component={`h${levelOf(props.node)}`}
        ref={(element: HTMLElement) => {
          heading = element
        }}
        id={sectionId(props.index)}
        tabindex="-1"
      >
        <Inline node={props.node} />
      </Dynamic>
      <Show when={props.node.textContent.trim() !== '' && props.onComment}>
        {(comment) => (
          <span class={styles.add}>
            <IconButton
              icon={MessageSquarePlus}
              size="sm"
              label={words.commentOn(props.node.textContent.slice(0, 80))}
              onClick={() => heading !== undefined && comment()(heading)}
            />
          </span>
        )}
      </Show>
    </div>
  )
}

/** Nodes never change: what is another is drawn anew. */
function BlockView(props: { readonly node: Node }): JSX.Element {
  // oxlint-disable-next-line solid/reactivity
  return blockOf(props.node)
}

function blockOf(node: Node): JSX.Element {
  switch (node.type.name) {
    case 'paragraph':
      return (
        <p>
          <Inline node={node} />
        </p>
      )
    case 'heading':
      return (
        <Dynamic component={`h${levelOf(node)}`}>
          <Inline node={node} />
        </Dynamic>
      )
    case 'blockquote':
      return <blockquote>{childrenOf(node)}</blockquote>
    case 'codeBlock':
      return (
        <pre class={styles.code} tabindex="0" role="group" aria-label={planWords.code.language}>
          <code data-run="">{node.textContent}</code>
        </pre>
      )
    case 'horizontalRule':
      return <hr />
    case 'bulletList':
      return <ul>{childrenOf(node)}</ul>
    case 'orderedList':
      return <ol start={numberOf(node, 'start')}>{childrenOf(node)}</ol>
    case 'taskList':
      return <ul data-type="taskList">{childrenOf(node)}</ul>
    case 'listItem':
      return <li>{childrenOf(node)}</li>
    case 'taskItem': {
      const isDone = node.attrs['checked'] === true
      return (
        <li data-checked={String(isDone)}>
          <label>
            <input type="checkbox" checked={isDone} disabled aria-label={isDone ? words.step.done : words.step.open} />
          </label>
          <div>{childrenOf(node)}</div>
        </li>
      )
    }
    case 'table':
      return (
        <div class="tableWrapper" tabindex="0" role="group" aria-label={planWords.table.label}>
          <table>
            <tbody>{childrenOf(node)}</tbody>
          </table>
        </div>
      )
    case 'tableRow':
      return <tr>{childrenOf(node)}</tr>
    case 'tableHeader':
      return <th>{childrenOf(node)}</th>
    case 'tableCell':
      return <td>{childrenOf(node)}</td>
    default:
      return <p data-run="">{node.textContent}</p>
  }
}

function childrenOf(node: Node): JSX.Element[] {
  return node.children.map(blockOf)
}

/** What stands in a line: runs of text, and what is between them. */
function Inline(props: { readonly node: Node }): JSX.Element {
  const parts: JSX.Element[] = []
  let run: JSX.Element[] = []
  const close = (): void => {
    if (run.length > 0) parts.push(<span data-run="">{run}</span>)
    run = []
  }
  // oxlint-disable-next-line solid/reactivity
  props.node.forEach((child) => {
    if (child.isText) run.push(textOf(child))
    else {
      close()
      parts.push(thingOf(child))
    }
  })
  close()
  return parts
}

function textOf(node: Node): JSX.Element {
  return node.marks.reduceRight<JSX.Element>((inside, mark) => marked(mark, inside), node.text ?? '')
}

function marked(mark: Mark, inside: JSX.Element): JSX.Element {
  switch (mark.type.name) {
    case 'bold':
      return <strong>{inside}</strong>
    case 'italic':
      return <em>{inside}</em>
    case 'strike':
      return <s>{inside}</s>
    case 'code':
      return <code>{inside}</code>
    case 'link':
      return linkTo(mark.attrs['href'], inside)
    default:
      return inside
  }
}

function thingOf(node: Node): JSX.Element {
  switch (node.type.name) {
    case 'hardBreak':
      return <br />
    case 'mention':
      return <span class={styles.mention}>{String(node.attrs['label'] ?? '')}</span>
    case 'image':
      return picture(String(node.attrs['src'] ?? ''), String(node.attrs['alt'] ?? ''))
    default:
      return node.textContent
  }
}

function picture(src: string, alt: string): JSX.Element {
  const own = imageOf(src)
  const pictures = useContext(Pictures)
  if (own === undefined || pictures === undefined) return linkTo(src, words.picture(alt))
  return (
    <img
      class={styles.picture}
      src={pictures.pictureAddress(own.hash)}
      alt={alt}
      width={own.size?.width}
      height={own.size?.height}
      loading="lazy"
      decoding="async"
    />
  )
}

/** Only addresses that a page may lead to; anything else is its words. */
function linkTo(href: unknown, inside: JSX.Element): JSX.Element {
  const address = typeof href === 'string' ? safeAddress(href) : undefined
  if (address === undefined) return <span>{inside}</span>
  return (
    <a href={address} target="_blank" rel="noopener noreferrer nofollow">
      {inside}
    </a>
  )
}

export function safeAddress(href: string): string | undefined {
  try {
    // Without a base: what is no whole address would lead into the app.
    const url = new URL(href)
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : undefined
  } catch {
    return undefined
  }
}

function levelOf(node: Node): number {
  return Math.min(Math.max(Number(node.attrs['level']) || 1, 1), 6)
}

function numberOf(node: Node, name: string): number {
  return Number(node.attrs[name]) || 1
}
