import { Link } from '@tanstack/solid-router'
import {
  ArrowLeft,
  Copy,
  Download,
  Ellipsis,
  GitCommitHorizontal,
  History,
  ListTree,
  MessageSquare,
  Pin as PinIcon,
  PinOff,
  Play,
  Printer,
  Search,
  Share2,
  TextSearch,
} from 'lucide'
import { Show, type JSX } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import type { PlanDocumentState } from '#sync/client/plans/plan-document.ts'
import { useCommands } from '../../../../state/commands.ts'
import { useOpenPalette } from '../../../../state/palette.ts'
import { useStatus } from '../../../../state/sync-status.ts'
import { Button, IconButton } from '../../../../ui/button.tsx'
import { Icon } from '../../../../ui/icon.tsx'
import { Menu, MenuItem, MenuSeparator } from '../../../../ui/menu.tsx'
import { paletteWords } from '../../../../words/palette.ts'
import { commentWords } from '../../../../words/plan-comments.ts'
import { planCommitWords } from '../../../../words/plan-commit.ts'
import { planShareWords } from '../../../../words/plan-share.ts'
import { planSyncWords, planWords } from '../../../../words/plan.ts'
import { plansWords } from '../../../../words/plans.ts'
import { runWords } from '../../../../words/run.ts'
import type { PlanActs } from '../../acts/plan-acts.ts'
import { PlanMenuItems } from '../../acts/plan-menu.tsx'
import type { Someone } from '../../editor/parts/caret.ts'
import { HereList } from './here-list.tsx'
import type { PlanPin } from './plan-pin.ts'
import { StateMenu } from './state-menu.tsx'
import styles from './plan-head.module.css'

export type PlanHeadActs = {
  readonly onFind: (() => void) | undefined
  readonly onCopy: () => void
  readonly onDownload: () => void
  readonly onPrint: () => void
  readonly onShare: () => void
  /** Absent where this person starts no runs. */
  readonly onCommit: (() => void) | undefined
  readonly onDuplicate: () => void
  readonly onMove: () => void
  readonly onRemove: () => void
  /** Present where the outline is not on the page: opens it. */
  readonly onOutline: (() => void) | undefined
  readonly onHistory: (() => void) | undefined
  readonly onComments: () => void
  /** Absent where this person starts no runs. */
  readonly onExecute: (() => void) | undefined
}

/** Which plan this is, how far it is, who is in it, and what can be done to it. */
export function PlanHead(props: {
  readonly plan: Plan
  /** As the text has it now: the row follows when the server has read it. */
  readonly title: string
  readonly acts: PlanActs
  readonly people: readonly Someone[]
  readonly document: PlanDocumentState | undefined
  readonly pin: PlanPin
  readonly phone: boolean
  readonly stepsLeft: number
  readonly historyOpen: boolean
  readonly comments: { readonly isOpen: boolean; readonly open: number }
  /** What people think of it. */
  readonly review: JSX.Element
  readonly on: PlanHeadActs
}) {
  const openPalette = useOpenPalette()
  const status = useStatus()
  const keepWords = (): string => (props.pin.isKept() ? runWords.dropOffline : runWords.keepOffline)
  useCommands(() => [
    ...(props.on.onFind === undefined
      ? []
      : [
          {
            id: 'plan.find',
            title: planWords.find.title,
            icon: TextSearch,
            key: 'Mod+f' as const,
            act: props.on.onFind,
          },
        ]),
    { id: 'plan.copy', title: planWords.copyMarkdown, icon: Copy, act: () => props.on.onCopy() },
    { id: 'plan.download', title: planWords.download, icon: Download, act: () => props.on.onDownload() },
    { id: 'plan.share', title: planShareWords.title, icon: Share2, act: () => props.on.onShare() },
    ...(props.on.onCommit === undefined
      ? []
      : [{ id: 'plan.commit', title: planCommitWords.open, icon: GitCommitHorizontal, act: props.on.onCommit }]),
    { id: 'plan.print', title: planWords.print, icon: Printer, act: () => props.on.onPrint() },
    { id: 'plan.keep-offline', title: keepWords(), icon: PinIcon, act: () => props.pin.toggle() },
    ...(props.on.onOutline === undefined
      ? []
      : [{ id: 'plan.outline', title: planWords.outline.show, icon: ListTree, act: props.on.onOutline }]),
    ...(props.on.onExecute === undefined
      ? []
      : [{ id: 'plan.execute', title: planWords.execute.title, icon: Play, act: props.on.onExecute }]),
    {
      id: 'plan.comments',
      title: props.comments.isOpen ? commentWords.hide : commentWords.show(props.comments.open),
      icon: MessageSquare,
      act: () => props.on.onComments(),
    },
    ...(props.on.onHistory === undefined
      ? []
      : [
          {
            id: 'plan.history',
            title: props.historyOpen ? planWords.history.hide : planWords.history.show,
            icon: History,
            act: props.on.onHistory,
          },
        ]),
  ])
  return (
    <header class={styles.head}>
      <Show when={props.phone}>
        <Link to="/plans" class={styles.back} aria-label={planWords.back}>
          <Icon of={ArrowLeft} size="lg" />
        </Link>
      </Show>
      <div class={styles.two}>
        <div class={styles.path}>
          <Show when={!props.phone}>
            <nav aria-label={planWords.path} class={styles.crumbs}>
              <Link to="/plans" class={styles.crumb}>
                {plansWords.title}
              </Link>
              <Show when={props.plan.folder !== ''}>
                <span aria-hidden="true">/</span>
                <Link to="/plans" search={{ folder: props.plan.folder }} class={styles.crumb}>
                  {props.plan.folder}
                </Link>
              </Show>
              <span aria-hidden="true">/</span>
            </nav>
          </Show>
          <h1 class={styles.title} title={props.title} dir="auto">
            {props.title}
          </h1>
        </div>
        <div class={styles.facts}>
          <StateMenu plan={props.plan} acts={props.acts} />
          {props.review}
          <Show when={props.plan.archivedAt !== undefined}>
            <span>{plansWords.filter.archived}</span>
          </Show>
          <Show when={props.document}>
            {(state) => (
              <span class={styles.sync} role="status" data-bad={state().refused === undefined ? undefined : ''}>
                {planSyncWords(state(), status().offlineSince, props.phone)}
              </span>
            )}
          </Show>
        </div>
      </div>
      <HereList people={props.people} />
      <Show when={props.on.onOutline !== undefined && !props.phone}>
        <IconButton icon={ListTree} label={planWords.outline.show} onClick={() => props.on.onOutline?.()} />
      </Show>
      <Show when={!props.phone}>
        <span class={styles.counted}>
          <IconButton
            icon={MessageSquare}
            label={props.comments.isOpen ? commentWords.hide : commentWords.show(props.comments.open)}
            aria-pressed={props.comments.isOpen}
            onClick={() => props.on.onComments()}
          />
          <Show when={props.comments.open > 0}>
            <span class={styles.count} aria-hidden="true">
              {props.comments.open}
            </span>
          </Show>
        </span>
      </Show>
      <Show when={props.on.onHistory !== undefined && !props.phone}>
        <IconButton
          icon={History}
          label={props.historyOpen ? planWords.history.hide : planWords.history.show}
          aria-pressed={props.historyOpen}
          onClick={() => props.on.onHistory?.()}
        />
      </Show>
      <Show when={props.on.onExecute !== undefined && !props.phone}>
        <Button tone="ink" icon={Play} onClick={() => props.on.onExecute?.()}>
          {planWords.execute.label}
          <Show when={props.stepsLeft > 0}>
            <span class={styles.left}>{planWords.execute.leftShort(props.stepsLeft)}</span>
          </Show>
        </Button>
      </Show>
      <Menu icon={Ellipsis} label={planWords.more} size={props.phone ? 'touch' : 'md'}>
        <Show when={props.phone && props.on.onExecute !== undefined}>
          <MenuItem icon={Play} onSelect={() => props.on.onExecute?.()}>
            {planWords.execute.title}
          </MenuItem>
        </Show>
        <Show when={props.phone && props.on.onOutline !== undefined}>
          <MenuItem icon={ListTree} onSelect={() => props.on.onOutline?.()}>
            {planWords.outline.title}
          </MenuItem>
        </Show>
        <Show when={props.phone}>
          <MenuItem icon={MessageSquare} onSelect={() => props.on.onComments()}>
            {commentWords.inMenu(props.comments.open)}
          </MenuItem>
        </Show>
        <Show when={props.phone && props.on.onHistory !== undefined}>
          <MenuItem icon={History} onSelect={() => props.on.onHistory?.()}>
            {planWords.history.title}
          </MenuItem>
        </Show>
        <Show when={props.on.onFind !== undefined}>
          <MenuItem icon={TextSearch} onSelect={() => props.on.onFind?.()}>
            {planWords.find.title}
          </MenuItem>
        </Show>
        <MenuItem icon={props.pin.isKept() ? PinOff : PinIcon} onSelect={() => props.pin.toggle()}>
          {keepWords()}
        </MenuItem>
        <MenuItem icon={Copy} onSelect={() => props.on.onCopy()}>
          {planWords.copyMarkdown}
        </MenuItem>
        <MenuItem icon={Download} onSelect={() => props.on.onDownload()}>
          {planWords.download}
        </MenuItem>
        <MenuItem icon={Printer} onSelect={() => props.on.onPrint()}>
          {planWords.print}
        </MenuItem>
        <Show when={props.on.onCommit !== undefined}>
          <MenuItem icon={GitCommitHorizontal} onSelect={() => props.on.onCommit?.()}>
            {planCommitWords.open}
          </MenuItem>
        </Show>
        <MenuItem icon={Share2} onSelect={() => props.on.onShare()}>
          {planShareWords.share}
        </MenuItem>
        <Show when={props.phone}>
          <MenuItem icon={Search} onSelect={openPalette}>
            {paletteWords.title}
          </MenuItem>
        </Show>
        <Show when={props.acts.mayEdit()}>
          <MenuSeparator />
        </Show>
        <PlanMenuItems
          plan={props.plan}
          acts={props.acts}
          onDuplicate={() => props.on.onDuplicate()}
          onMove={() => props.on.onMove()}
          onRemove={() => props.on.onRemove()}
        />
      </Menu>
    </header>
  )
}
