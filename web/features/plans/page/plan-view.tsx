import { useNavigate, useRouter } from '@tanstack/solid-router'
import type { Editor } from '@tiptap/core'
import { Copy, FolderInput, MessageSquare, Pencil, RefreshCw } from 'lucide'
import { Show, createEffect, createMemo, createSignal, on, untrack } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import { useCommands } from '../../../state/commands.ts'
import { useFrame } from '../../../state/frame.ts'
import { useKeys } from '../../../state/keyboard.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Banner } from '../../../ui/banner.tsx'
import { Sheet } from '../../../ui/dialog.tsx'
import { useFoundMarks } from '../../../ui/found-marks.ts'
import { commentWords } from '../../../words/plan-comments.ts'
import { planWords } from '../../../words/plan.ts'
import { plansWords } from '../../../words/plans.ts'
import { usePlanActs } from '../acts/plan-acts.ts'
import { useCopies } from '../acts/use-copies.ts'
import { SendComments } from '../comments/send-comments.tsx'
import { useComments } from '../comments/use-comments.ts'
import type { Someone } from '../editor/parts/caret.ts'
import { createPlanFind } from '../editor/find-in-plan.ts'
import type { Reading } from '../editor/reading.ts'
import { ChangedBanners } from '../execute/changed-banner.tsx'
import { ExecuteDialog } from '../execute/execute-dialog.tsx'
import { LinkedRuns } from '../execute/linked-runs.tsx'
import { useExecution } from '../execute/use-execution.ts'
import { titleOf } from '../list/list-model.ts'
import { ReviewButton } from '../review/review-button.tsx'
import { CommentsSide } from './comments-side.tsx'
import { HistorySide } from './history-side.tsx'
import { Outline } from './outline.tsx'
import { PlanBody } from './plan-body.tsx'
import { PlanDialogs, type PlanDialog } from './plan-dialogs.tsx'
import { PlanFindBar } from './plan-find-bar.tsx'
import { PlanHead } from './head/plan-head.tsx'
import { usePlanPin } from './head/plan-pin.ts'
import { usePeopleHere } from './people-here.ts'
import { goToSection, useCurrentSection } from './use-current-section.ts'
import { useDocument } from './use-document.ts'
import { useFiles } from './use-files.ts'
import { useSides } from './use-sides.ts'
import { useMe } from './use-me.ts'
import { usePlanText } from './use-plan-text.ts'
import styles from './plan-view.module.css'

/** The page of one plan: outline, head, text. Mounted anew for each plan. */
export function PlanView(props: {
  readonly plan: Plan
  readonly section: string | undefined
  /** To be shown in the history. */
  readonly version: number | undefined
}) {
  const frame = useFrame()
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const router = useRouter()
  const acts = usePlanActs()
  const copies = useCopies()
  // One view for one plan: the page mounts anew when the plan changes.
  // oxlint-disable-next-line solid/reactivity
  const planId = props.plan.id
  const open = useDocument(planId)
  const pin = usePlanPin(planId)
  const [editor, setEditor] = createSignal<Editor>()
  const [reading, setReading] = createSignal<Reading>()
  const [outlineOpen, setOutlineOpen] = createSignal(false)
  const comments = useComments(planId, editor)
  const sides = useSides(() => comments.inSight().length)
  const [dialog, setDialog] = createSignal<PlanDialog>()
  const stepsLeft = () => {
    const steps = reading()?.steps
    return steps === undefined ? 0 : steps.total - steps.done
  }
  const phone = () => frame() === 'phone'
  const current = useCurrentSection(editor, reading)
  const find = createPlanFind(editor)
  useFoundMarks(
    () => editor()?.view.dom,
    () => (find.isOpen() ? find.text().trim() : ''),
  )
  const me = useMe()
  const text = usePlanText(planId)
  const document = createMemo(() => {
    const known = open.document()
    return typeof known === 'string' ? undefined : known
  })
  const execution = useExecution({ plan: () => props.plan, editor, document })
  const openFile = useFiles(execution.runs, (href) => router.history.push(href))
  const [people, setPeople] = createSignal<readonly Someone[]>([])
  createEffect(() => {
    const known = document()
    if (known === undefined) return
    const here = usePeopleHere(known, workspace.userId)
    createEffect(() => setPeople(here()))
    // The editor says it at its start; a name that comes or changes later is said then.
    createEffect(() => {
      if (editor() !== undefined) known.awareness.setLocalStateField('user', me())
    })
  })

  // A new plan is there to be written; one with text is there to be read first.
  createEffect(
    on(editor, (known) => {
      if (known === undefined) return
      if (known.isEditable && known.state.doc.textContent === '') known.commands.focus('start')
      else if (props.section !== undefined) goToSection(known, props.section)
    }),
  )
  createEffect(
    on(
      () => props.section,
      (section) => {
        const known = editor()
        if (known !== undefined && section !== undefined) goToSection(known, section)
      },
      { defer: true },
    ),
  )

  createEffect(() => {
    if (props.version !== undefined && document() !== undefined) untrack(() => sides.setHistory(true))
  })

  const write = (): void => void editor()?.commands.focus()
  useKeys({
    i: () => {
      if (editor()?.isEditable !== true) return false
      write()
      return true
    },
    c: () => {
      if (!comments.mayWrite()) return false
      comment()
      return true
    },
  })
  useCommands(() => [
    ...(comments.mayWrite()
      ? [{ id: 'plan.comment', title: commentWords.add, icon: MessageSquare, key: 'c' as const, act: comment }]
      : []),
    ...(editor()?.isEditable === true
      ? [{ id: 'plan.write', title: planWords.write, icon: Pencil, key: 'i' as const, act: write }]
      : []),
    ...(acts.mayEdit()
      ? [
          { id: 'plan.duplicate', title: plansWords.duplicate, icon: Copy, act: () => void duplicate() },
          { id: 'plan.move', title: plansWords.move, icon: FolderInput, act: () => setDialog('move') },
          {
            id: 'plan.tells',
            title: props.plan.tells === undefined ? planWords.execute.tellsOn : planWords.execute.tellsOff,
            icon: RefreshCw,
            act: () => void acts.setTells(props.plan, props.plan.tells === undefined),
          },
        ]
      : []),
  ])
  const comment = (): void => {
    if (!comments.mayWrite()) return
    comments.begin('selection')
    sides.setComments(true)
  }
  const duplicate = async (): Promise<void> => {
    const made = await copies.duplicate(props.plan)
    if (made !== undefined) void navigate({ to: '/plans/$planId', params: { planId: made } })
  }
  const remove = async (plan: Plan): Promise<void> => {
    if (await acts.remove(plan)) void navigate({ to: '/plans' })
  }
  const title = () => {
    const written = reading()?.title ?? ''
    return titleOf(written === '' ? props.plan : { title: written })
  }
  const warning = () => {
    const state = open.state()
    if (state?.refused !== undefined) return planWords.refused[state.refused]
    if (state !== undefined && !state.kept) return planWords.notKept
    return acts.mayEdit() ? undefined : planWords.readOnly
  }
  const go = (key: string): void => {
    const known = editor()
    if (known !== undefined) goToSection(known, key)
  }
  return (
    <div class={styles.layout} data-plan-page="">
      <Show when={frame() === 'desktop'}>
        <aside class={styles.outline} aria-label={planWords.outline.title}>
          <Outline reading={reading()} current={current()} onGo={go} />
          <LinkedRuns runs={execution.runs()} plan={props.plan} acts={acts} />
        </aside>
      </Show>
      <section class={styles.pane} aria-label={title()}>
        <PlanHead
          plan={props.plan}
          title={title()}
          acts={acts}
          people={people()}
          document={open.state()}
          pin={pin}
          phone={phone()}
          stepsLeft={stepsLeft()}
          historyOpen={sides.history()}
          review={
            <ReviewButton
              plan={props.plan}
              acts={acts}
              document={document()}
              isHere={open.state()?.here === true}
              short={phone()}
            />
          }
          comments={{ isOpen: sides.comments(), open: comments.inSight().length }}
          on={{
            onFind: editor() === undefined ? undefined : find.open,
            onCopy: text.copy,
            onDownload: () => text.download(title()),
            onPrint: () => window.print(),
            onShare: () => setDialog('share'),
            onCommit: execution.ask() === undefined ? undefined : () => setDialog('commit'),
            onDuplicate: () => void duplicate(),
            onMove: () => setDialog('move'),
            onRemove: () => setDialog('remove'),
            onOutline: frame() === 'desktop' ? undefined : () => setOutlineOpen(true),
            onHistory: document() === undefined ? undefined : () => sides.setHistory(!sides.history()),
            onComments: () => sides.setComments(!sides.comments()),
            onExecute: execution.ask(),
          }}
        />
        <Show when={warning()}>{(words) => <Banner>{words()}</Banner>}</Show>
        <Show when={props.plan.tells === undefined ? document() : undefined}>
          {(known) => <ChangedBanners runs={execution.runs()} document={known()} title={title()} />}
        </Show>
        <PlanFindBar find={find} mayFind={editor() !== undefined} />
        <PlanBody
          plan={props.plan}
          open={open}
          me={me()}
          mayEdit={acts.mayEdit() && open.state()?.refused !== 'not_allowed'}
          phone={phone()}
          onGo={(href) => router.history.push(href)}
          onPath={(path) => void openFile(path)}
          onEditor={setEditor}
          onReading={setReading}
          onThread={(id) => {
            const thread = comments.open().find(({ first }) => first.id === id)
            // On a narrow page a sheet would cover the text that was pressed.
            if (thread === undefined || !sides.beside()) return
            comments.setActive(thread.first.id)
            sides.setComments(true)
          }}
          onComment={comment}
          stepRuns={execution.stepRuns}
        />
      </section>
      <CommentsSide
        planId={planId}
        comments={comments}
        open={sides.comments()}
        onOpenChange={sides.setComments}
        beside={sides.beside()}
      >
        <SendComments planId={planId} title={title()} comments={comments} runs={execution.runs()} />
      </CommentsSide>
      <HistorySide
        document={document()}
        version={props.version}
        open={sides.history()}
        onOpenChange={sides.setHistory}
        beside={sides.beside()}
      />
      <Sheet open={outlineOpen()} onOpenChange={setOutlineOpen} title={planWords.outline.title}>
        <Outline
          reading={reading()}
          current={current()}
          onGo={(key) => {
            setOutlineOpen(false)
            // After the sheet has given the focus back.
            requestAnimationFrame(() => go(key))
          }}
        />
        <LinkedRuns runs={execution.runs()} plan={props.plan} acts={acts} />
      </Sheet>
      <ExecuteDialog
        open={execution.asking()}
        onOpenChange={execution.setAsking}
        planId={planId}
        current={current()}
        read={execution.parts}
      />
      <PlanDialogs
        plan={props.plan}
        title={title()}
        acts={acts}
        open={dialog}
        onOpen={setDialog}
        onRemove={(plan) => void remove(plan)}
      />
    </div>
  )
}
