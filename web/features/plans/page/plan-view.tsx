import { useNavigate, useRouter } from '@tanstack/solid-router'
import type { Editor } from '@tiptap/core'
import { Pencil } from 'lucide'
import { Show, createEffect, createMemo, createSignal, on } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import type { Plan } from '#shared/domain/plan.ts'
import { useCommands } from '../../../state/commands.ts'
import { useFrame, useMedia } from '../../../state/frame.ts'
import { useKeys } from '../../../state/keyboard.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Banner } from '../../../ui/banner.tsx'
import { copyAndTell } from '../../../ui/copy.ts'
import { Sheet } from '../../../ui/dialog.tsx'
import { FindBar } from '../../../ui/find-bar.tsx'
import { useFoundMarks } from '../../../ui/found-marks.ts'
import { showToast } from '../../../ui/toast.tsx'
import { planWords } from '../../../words/plan.ts'
import { plansWords } from '../../../words/plans.ts'
import { uiWords } from '../../../words/ui.ts'
import { MoveDialog } from '../acts/move-dialog.tsx'
import { usePlanActs } from '../acts/plan-acts.ts'
import { RemoveDialog } from '../acts/remove-dialog.tsx'
import { useCopies } from '../acts/use-copies.ts'
import type { Someone } from '../editor/caret.ts'
import { createPlanFind } from '../editor/find-in-plan.ts'
import type { Reading } from '../editor/reading.ts'
import { titleOf } from '../list/list-model.ts'
import { historyPart } from '../editor-part.ts'
import { Outline } from './outline.tsx'
import { PlanBody } from './plan-body.tsx'
import { PlanHead } from './plan-head.tsx'
import { usePlanPin } from './plan-pin.ts'
import { usePeopleHere } from './people-here.ts'
import { saveAs } from './save-as.ts'
import { goToSection, useCurrentSection } from './use-current-section.ts'
import { useDocument } from './use-document.ts'
import styles from './plan-view.module.css'

/** The page of one plan: outline, head, text. Mounted anew for each plan. */
export function PlanView(props: { readonly plan: Plan; readonly section: string | undefined }) {
  const workspace = useWorkspace()
  const data = useTeamData()
  const frame = useFrame()
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
  const [historyOpen, setHistoryOpen] = createSignal(false)
  const wide = useMedia('(width >= 80em)')
  const [moving, setMoving] = createSignal(false)
  const [removing, setRemoving] = createSignal(false)
  const phone = () => frame() === 'phone'
  const current = useCurrentSection(editor, reading)
  const find = createPlanFind(editor)
  useFoundMarks(
    () => editor()?.view.dom,
    () => (find.isOpen() ? find.text().trim() : ''),
  )
  const me = createMemo<Someone>(() => {
    const member = data.me()
    const hue = member?.hue ?? 1
    return { userId: workspace.userId, name: member?.name ?? '', hue, color: colours[hue - 1] ?? colours[0] }
  })
  const [people, setPeople] = createSignal<readonly Someone[]>([])
  createEffect(() => {
    const document = open.document()
    if (typeof document === 'string') return
    const here = usePeopleHere(document)
    createEffect(() => setPeople(here()))
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

  const markdown = async (): Promise<string | undefined> => {
    const { textOfPlan } = await import('../acts/plan-bodies.ts')
    const text = await textOfPlan(workspace, planId)
    if (text === undefined) showToast({ text: plansWords.textNotHere })
    return text
  }
  const withMarkdown = (act: (text: string) => unknown) => (): void => {
    markdown().then(
      (text) => text !== undefined && act(text),
      () => showToast({ text: plansWords.textNotHere }),
    )
  }
  const write = (): void => void editor()?.commands.focus()
  const openFind = (): void => {
    if (editor() === undefined) return
    find.open()
    findBar?.querySelector('input')?.select()
  }
  let findBar: HTMLDivElement | undefined
  useKeys({
    'Mod+f': () => {
      // Pressed once more, it is the browser's.
      if (document.querySelector('[role="dialog"]') !== null || findBar?.contains(document.activeElement)) return false
      if (editor() === undefined) return false
      openFind()
      return true
    },
    i: () => {
      if (editor()?.isEditable !== true) return false
      write()
      return true
    },
  })
  useCommands(() => [
    ...(editor()?.isEditable === true
      ? [{ id: 'plan.write', title: planWords.write, icon: Pencil, key: 'i' as const, act: write }]
      : []),
    ...(acts.mayEdit()
      ? [
          { id: 'plan.duplicate', title: plansWords.duplicate, icon: Pencil, act: () => void duplicate() },
          { id: 'plan.move', title: plansWords.move, icon: Pencil, act: () => setMoving(true) },
        ]
      : []),
  ])
  const shownDocument = createMemo(() => {
    const known = open.document()
    return typeof known === 'string' ? undefined : known
  })
  const toggleHistory = (): void => {
    if (historyOpen()) {
      setHistoryOpen(false)
      return
    }
    historyPart.want().then(
      () => setHistoryOpen(true),
      () => showToast({ text: uiWords.notLoaded }),
    )
  }
  const history = (flush: boolean) => (
    <Show when={historyPart.here()}>
      {(part) => (
        <Show when={shownDocument()} keyed>
          {(known) => (
            <Dynamic
              component={part().PlanHistory}
              planId={planId}
              document={known}
              flush={flush}
              onClose={flush ? undefined : () => setHistoryOpen(false)}
            />
          )}
        </Show>
      )}
    </Show>
  )
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
  const status = () => {
    if (find.text().trim() === '') return ''
    return find.hits() === 0 ? planWords.find.none : planWords.find.at(find.place(), find.hits())
  }

  return (
    <div
      class={styles.layout}
      data-outline={frame() === 'desktop' ? '' : undefined}
      data-history={historyOpen() && wide() ? '' : undefined}
      data-plan-page=""
    >
      <Show when={frame() === 'desktop'}>
        <aside class={styles.outline} aria-label={planWords.outline.title}>
          <Outline reading={reading()} current={current()} onGo={go} />
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
          historyOpen={historyOpen()}
          on={{
            onFind: editor() === undefined ? undefined : openFind,
            onCopy: withMarkdown((text) => copyAndTell(text)),
            onDownload: withMarkdown((text) => saveAs(text, title())),
            onPrint: () => window.print(),
            onDuplicate: () => void duplicate(),
            onMove: () => setMoving(true),
            onRemove: () => setRemoving(true),
            onOutline: frame() === 'desktop' ? undefined : () => setOutlineOpen(true),
            onHistory: shownDocument() === undefined ? undefined : toggleHistory,
          }}
        />
        <Show when={warning()}>{(text) => <Banner>{text()}</Banner>}</Show>
        <Show when={find.isOpen()}>
          <div ref={findBar}>
            <FindBar
              words={planWords.find}
              text={find.text()}
              onText={find.setText}
              enter="later"
              status={status()}
              hits={find.hits()}
              onStep={find.step}
              onClose={find.close}
            />
          </div>
        </Show>
        <PlanBody
          plan={props.plan}
          open={open}
          me={me()}
          mayEdit={acts.mayEdit() && open.state()?.refused !== 'not_allowed'}
          phone={phone()}
          onGo={(href) => router.history.push(href)}
          onEditor={setEditor}
          onReading={setReading}
        />
      </section>
      <Show when={historyOpen() && wide()}>
        <aside class={styles.rail} aria-label={planWords.history.title}>
          {history(false)}
        </aside>
      </Show>
      <Sheet open={historyOpen() && !wide()} onOpenChange={setHistoryOpen} title={planWords.history.title}>
        {history(true)}
      </Sheet>
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
      </Sheet>
      <MoveDialog plan={moving() ? props.plan : undefined} onClose={() => setMoving(false)} acts={acts} />
      <RemoveDialog
        plan={removing() ? props.plan : undefined}
        onClose={() => setRemoving(false)}
        onRemove={(plan) => void remove(plan)}
      />
    </div>
  )
}

/** For editors that know no hues; ours draws by the person's own. */
const colours = ['#7a4fc9', '#0f7b83', '#b8407f'] as const
