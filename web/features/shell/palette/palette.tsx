import * as KDialog from '@kobalte/core/dialog'
import { useRouter } from '@tanstack/solid-router'
import { NotebookText, Search, X } from 'lucide'
import { For, Show, createEffect, createMemo, createSignal, createUniqueId, on, onCleanup } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import type { Run } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import { useCommandList } from '../../../state/commands.ts'
import { runText } from '../../../state/find.ts'
import { isKey } from '../../../state/keyboard.ts'
import { pagesOf, type Page } from '../../../state/pages.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useOpener } from '../../../ui/dialog.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { VisuallyHidden } from '../../../ui/visually-hidden.tsx'
import { paletteWords } from '../../../words/palette.ts'
import { plansWords } from '../../../words/plans.ts'
import { uiWords } from '../../../words/ui.ts'
import { findHits, type Entry } from './hits.ts'
import { Option } from './option.tsx'
import { createSaid } from './said.ts'
import styles from './palette.module.css'

export type PaletteProps = {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  /** The runs opened last on this device, newest first. */
  readonly recent: readonly RunId[]
  /** A sheet lies under it, so what the page behind that offers is out of reach. */
  readonly overSheet: boolean
  /** Something was chosen: whatever lies open under the palette is done with. */
  readonly onChosen: () => void
}

/** Finds runs, pages and actions by their words, and goes there or does it. Knows only what this device has. */
export function Palette(props: PaletteProps) {
  let chosen: (() => void) | undefined
  const giveBack = useOpener(() => props.open)
  return (
    <Show when={props.open}>
      <KDialog.Root open onOpenChange={(open) => props.onOpenChange(open)} modal preventScroll={false}>
        <KDialog.Portal>
          <KDialog.Overlay class={styles.scrim} />
          <div class={styles.place}>
            <KDialog.Content
              class={styles.panel}
              aria-label={paletteWords.title}
              data-palette=""
              onOpenAutoFocus={(event) => {
                event.preventDefault()
                if (event.target instanceof HTMLElement) event.target.querySelector('input')?.focus()
              }}
              onCloseAutoFocus={(event) => {
                giveBack(event)
                // Only now: what is done may want the focus elsewhere.
                const act = chosen
                chosen = undefined
                act?.()
              }}
            >
              <Finder
                {...props}
                onChoose={(act) => {
                  chosen = act
                  props.onOpenChange(false)
                  props.onChosen()
                }}
              />
            </KDialog.Content>
          </div>
        </KDialog.Portal>
      </KDialog.Root>
    </Show>
  )
}

/**
 * A text field that moves a mark through a list under it (the combobox of the ARIA practices): the focus stays in the field, and
 * `aria-activedescendant` says where the mark is. Kobalte’s own combobox drops the mark with each letter, so that Enter would do nothing.
 */
function Finder(props: PaletteProps & { readonly onChoose: (act: () => void) => void }) {
  const router = useRouter()
  const commands = useCommandList()
  const data = useTeamData()
  const id = createUniqueId()
  const [find, setFind] = createSignal('')
  const [active, setActive] = createSignal<string>()
  let list!: HTMLDivElement

  const pages = pagesOf(router)
  const plans = createMemo(() =>
    data.plans.all().flatMap((plan) => (plan.archivedAt === undefined ? planPage(plan) : [])),
  )
  const said = createSaid(find)
  const groups = createMemo(() => [
    ...findHits(find(), {
      runs: data.runs.all(),
      recent: props.recent,
      pages,
      plans: plans(),
      here: props.overSheet ? [] : commands.of('page'),
      app: commands.of('app'),
    }),
    ...said(),
  ])
  const entries = createMemo(() => groups().flatMap((group) => group.entries))
  /** What Enter would take: the first hit unless another was marked that is still there. */
  const marked = createMemo(() => entries().find((entry) => entry.key === active()) ?? entries()[0])
  const optionId = (entry: Entry): string => `${id}-${entry.key.replace(/\s/g, '-')}`
  const markedId = createMemo(() => {
    const entry = marked()
    return entry === undefined ? undefined : optionId(entry)
  })
  prepareTexts(() => data.runs.all())

  let scrolled = false
  createEffect(
    on(marked, (entry) => {
      if (entry === undefined) return
      // At the very top the first group's name is shown with it. Moving nothing measures nothing: a key stroke must not wait for that.
      if (entry !== entries()[0])
        list.querySelector<HTMLElement>('[aria-selected="true"]')?.scrollIntoView?.({ block: 'nearest' })
      else if (scrolled) list.scrollTop = 0
    }),
  )

  const choose = (entry: Entry): void => {
    switch (entry.type) {
      case 'command':
        return props.onChoose(entry.command.act)
      case 'page':
        return props.onChoose(() => router.history.push(entry.page.href))
      case 'run':
        return props.onChoose(() => void router.navigate({ to: '/runs/$runId', params: { runId: entry.run.id } }))
      case 'said':
        return props.onChoose(
          () => void router.navigate({ to: '/runs/$runId', params: { runId: entry.run.id }, hash: `e-${entry.hit.n}` }),
        )
    }
  }
  const move = (to: (at: number, count: number) => number): void => {
    const all = entries()
    const now = marked()
    if (now !== undefined) setActive(all[to(all.indexOf(now), all.length)]?.key)
  }
  const handleKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return
    const now = marked()
    if (isKey(event, 'ArrowDown')) move((at, count) => (at + 1) % count)
    else if (isKey(event, 'ArrowUp')) move((at, count) => (at - 1 + count) % count)
    else if (isKey(event, 'Home')) move(() => 0)
    else if (isKey(event, 'End')) move((_at, count) => count - 1)
    else if (isKey(event, 'Enter')) {
      if (now !== undefined) choose(now)
    } else return
    event.preventDefault()
  }

  return (
    <>
      <div class={styles.field}>
        <Icon of={Search} />
        <input
          type="text"
          class={styles.input}
          role="combobox"
          aria-label={paletteWords.title}
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={markedId()}
          placeholder={paletteWords.holder}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="go"
          value={find()}
          onInput={(event) => {
            setFind(event.currentTarget.value)
            setActive(undefined)
          }}
          onKeyDown={handleKeyDown}
        />
        <KDialog.CloseButton class={styles.close} aria-label={uiWords.close}>
          <Icon of={X} />
        </KDialog.CloseButton>
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        class={styles.list}
        role="listbox"
        aria-label={paletteWords.results}
        onScroll={(event) => (scrolled = event.currentTarget.scrollTop > 0)}
      >
        <For each={groups().map(({ name }) => name)}>
          {(name) => (
            <div role="group" aria-labelledby={`${id}-${name}`} class={styles.group}>
              <div id={`${id}-${name}`} class={styles.name} role="presentation">
                {paletteWords.group[name]}
              </div>
              <For each={groups().find((group) => group.name === name)?.entries}>
                {(entry) => (
                  // The field has the focus and the keys; a pointer only chooses.
                  // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
                  <div
                    id={optionId(entry)}
                    role="option"
                    class={styles.option}
                    aria-selected={marked()?.key === entry.key}
                    tabIndex={-1}
                    onPointerMove={() => setActive(entry.key)}
                    onMouseDown={(event) => event.preventDefault()}
                    onClick={() => choose(entry)}
                  >
                    <Option entry={entry} find={find()} />
                  </div>
                )}
              </For>
            </div>
          )}
        </For>
      </div>
      <Show when={entries().length === 0}>
        <p class={styles.none}>{paletteWords.none(find().trim())}</p>
      </Show>
      <VisuallyHidden>
        <span role="status">{find().trim() === '' ? '' : paletteWords.found(entries().length)}</span>
      </VisuallyHidden>
    </>
  )
}

const planPages = new WeakMap<Plan, Page>()

/** The same object for the same plan, as the texts that search reads are kept by it. */
function planPage(plan: Plan): Page {
  const known = planPages.get(plan)
  if (known !== undefined) return known
  const page = {
    href: `/plans/${plan.id}`,
    title: plan.title === '' ? plansWords.untitled : plan.title,
    icon: NotebookText,
    also: plan.folder,
  }
  planPages.set(plan, page)
  return page
}

/** Makes the texts that search reads while nothing is typed yet, some at a time, so that the first key stroke finds them made. */
function prepareTexts(runs: () => readonly Run[]): void {
  const atOnce = 500
  createEffect(
    on(runs, (all) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      const step = (from: number): void => {
        for (const run of all.slice(from, from + atOnce)) runText(run)
        if (from + atOnce < all.length) timer = setTimeout(() => step(from + atOnce))
      }
      step(0)
      onCleanup(() => clearTimeout(timer))
    }),
  )
}
