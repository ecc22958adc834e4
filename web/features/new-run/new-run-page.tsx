import { Link, getRouteApi, useNavigate } from '@tanstack/solid-router'
import { ArrowLeft, ChevronRight, CloudOff, Play } from 'lucide'
import { Show, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import type { RunId } from '#shared/ids.ts'
import { Budgets, callsNoModel } from '#shared/domain/budget.ts'
import { canWritePlans } from '#shared/domain/plan-command.ts'
import { canStartRuns } from '#shared/domain/policies.ts'
import { promptLimit } from '#shared/domain/prompt.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { RefusedError } from '#sync/client/workspace.ts'
import { useDeviceStore } from '../../state/device-store.ts'
import { createDraft, draftKey, wasDone } from '../../state/draft.ts'
import { sortedEnvironments, useEnvironments } from '../../state/environments.ts'
import { useFrame } from '../../state/frame.ts'
import { isKey } from '../../state/keyboard.ts'
import { isApple, useIds, whenIdle } from '../../state/platform.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { useQuery } from '../../state/query.ts'
import { useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { until } from '../../state/until.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Mentions } from '../../ui/mentions.tsx'
import { TextArea } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { keyCaps } from '../../words/key-caps.ts'
import { moneyWords } from '../../words/money.ts'
import { newRunWords } from '../../words/new-run.ts'
import { AttachRow } from './attach-row.tsx'
import { agentChoices, hostChoices, sandboxesOf } from './choices.ts'
import { DemoOffer } from './demo-offer.tsx'
import { FromPlan } from './from-plan.tsx'
import { More } from './more.tsx'
import {
  NewRunForm,
  checkForm,
  commandsOf,
  emptyForm,
  noModel,
  ownPlace,
  withPlanCommand,
  type FormErrors,
} from './form.ts'
import { ProfileChoice } from './profile-choice.tsx'
import { SecretsChoice } from './secrets-choice.tsx'
import { SharedOffer } from './shared-offer.tsx'
import { PlanTrouble, useChosenPlan } from './use-chosen-plan.ts'
import { useWriting } from './use-writing.ts'
import { Where } from './where.tsx'
import { Who } from './who.tsx'
import styles from './new-run-page.module.css'

const route = getRouteApi('/workspace/new')

/** The agent that carries out commands. */
const committer = 'runbook'

/** How long a press on “Start run” waits for the first rows of the team on a new device. */
const firstRowsMs = 10_000

const alike = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Starts a run. What is typed is kept on this device until the run itself is. */
export function NewRunPage() {
  const workspace = useWorkspace()
  const data = useTeamData()
  const status = useStatus()
  const frame = useFrame()
  const ids = useIds()
  const navigate = useNavigate()
  useTitle(() => newRunWords.title)

  const draft = createDraft<NewRunForm>({
    store: useDeviceStore(),
    key: draftKey(workspace, `new-run/${workspace.teamId}`),
    initial: emptyForm,
    async parse(kept) {
      const read = NewRunForm.safeParse(kept).data
      if (read?.runId === undefined) return read
      // Started just before the app was killed: only the surroundings are left for the next run.
      const { runId, ...form } = read
      return (await wasDone(workspace, 'createRun', { runId }))
        ? { ...form, prompt: '', attachments: [], title: '' }
        : form
    },
  })
  const form = draft.value
  const plan = useChosenPlan()
  const [errors, setErrors] = createSignal<FormErrors>({})
  const [refused, setRefused] = createSignal<string | undefined>()
  const [starting, setStarting] = createSignal(false)
  const [more, setMore] = createSignal(false)
  let page: HTMLFormElement | undefined

  const change = (changed: Partial<NewRunForm>) => {
    draft.set({ ...form(), ...('harness' in changed ? { choseAgent: true } : {}), ...changed })
    setErrors((known) => Object.fromEntries(Object.entries(known).filter(([field]) => !(field in changed))))
    setRefused(undefined)
  }

  const runners = () => data.runners.all()
  const rows = useEnvironments()
  const environments = createMemo(() => sortedEnvironments(rows.all()))
  const search = route.useSearch()
  /** Nothing is said of machines before the team's rows are here. */
  const told = (hint: string | undefined): string | undefined => (data.me() === undefined ? undefined : hint)
  // Single values, so that typing does not make the choices anew.
  const askedHost = createMemo(() => form().host)
  const commit = createMemo(() => plan.choice()?.commit)
  /** A text is committed by commands alone, which need no model. */
  const askedAgent = createMemo(() => {
    if (commit() !== undefined) return committer
    return form().choseAgent ? form().harness : (data.team.value?.defaultHarness ?? form().harness)
  })
  // An open list is not drawn anew because a machine told of itself.
  const agents = createMemo(
    () => {
      const all = agentChoices(runners(), askedHost(), data.team.value)
      return commit() === undefined ? all : all.filter(({ value }) => value === committer)
    },
    undefined,
    { equals: alike },
  )
  const hosts = createMemo(() => hostChoices(runners()), undefined, { equals: alike })
  const sandboxes = createMemo(() => sandboxesOf(runners(), askedAgent(), askedHost()))
  /** What is shown as chosen: what was kept may no longer be offered. */
  const agent = () =>
    agents().some((choice) => choice.value === askedAgent()) ? askedAgent() : (agents()[0]?.value ?? '')
  const host = () => (hosts().some((choice) => choice.value === form().host) ? form().host : '')
  const sandbox = () =>
    sandboxes().has(form().sandbox) || sandboxes().size === 0 ? form().sandbox : ([...sandboxes()][0] ?? form().sandbox)
  const canPlan = createMemo(() =>
    canWritePlans(runners(), { harness: agent(), sandbox: sandbox(), host: host() === '' ? undefined : host() }),
  )
  const chosen = createMemo(() => environments().find(({ id }) => id === form().environment))
  const { mentions, slash } = useWriting({ form, canPlan, agent: () => data.harness(agent()) })
  /** What runs before the agent does: it may stem from an earlier run, and its field may be out of sight. */
  const kept = createMemo(() =>
    ownPlace(form()) ? commandsOf(form().setup) : (chosen()?.spec.setupCommands ?? []).map(({ command }) => command),
  )
  const budgets = useQuery(() => (tx) => getRow(tx, keys.budgets, Budgets))
  const teamBudget = () => (budgets.value?.runUsd === undefined ? undefined : moneyWords(budgets.value.runUsd))
  const mayStart = () => data.me() === undefined || canStartRuns(data.me()?.role)

  createEffect(
    on(draft.loaded, (loaded) => {
      if (!loaded) return
      const asked = search().environment
      if (asked !== undefined && asked !== form().environment) change({ environment: asked, override: false })
      setMore(form().title !== '' || form().budget !== '' || !form().keep)
      if (frame() !== 'phone') page?.querySelector('textarea')?.focus()
    }),
  )

  /** The environment that the address names brings its sandbox along, as one that is chosen does, once its row is here. */
  const named = createMemo(() => {
    const asked = draft.loaded() ? search().environment : undefined
    return asked === undefined ? undefined : environments().find(({ id }) => id === asked)?.id
  })
  createEffect(
    on(named, (id) => {
      const sandbox = environments().find((one) => one.id === id)?.spec.sandbox
      if (sandbox !== undefined) change({ sandbox })
    }),
  )

  /** The id of the next run; its store on this device takes a while to open, so that is done while the form is filled in. */
  let next: { readonly id: RunId; readonly forget: () => void } | undefined
  const prepare = (): RunId => {
    const id = next?.id ?? ids.runId()
    next ??= { id, forget: workspace.prepareRun(id) }
    return id
  }
  let left = false
  // Not before the team's own rows are here: it would hold them up.
  createEffect(() => {
    if (canStartRuns(data.me()?.role)) whenIdle(() => !left && prepare())
  })
  onCleanup(() => {
    left = true
    next?.forget()
  })

  const start = async () => {
    if (starting() || !mayStart()) return
    const planned = plan.choice() === undefined ? undefined : commit() === undefined ? 'execute' : 'commit'
    // What is half written for another run is no part of this one.
    const text = planned === 'commit' ? { prompt: '' } : {}
    const typed = checkForm({ ...form(), ...text, harness: agent(), host: host(), sandbox: sandbox() }, planned)
    const checked = planned !== undefined ? typed : withPlanCommand(typed, runners())
    if (!checked.ok) {
      setErrors(checked.errors)
      const { title, budget } = checked.errors
      if (title !== undefined || budget !== undefined) setMore(true)
      queueMicrotask(() => page?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    setStarting(true)
    try {
      // A device that has just signed in is still getting the team's rows, and with them what its person may do.
      await until(() => data.me() !== undefined || status().connection === 'offline', firstRowsMs)
      const runId = prepare()
      draft.set({ ...form(), runId })
      await draft.kept()
      const files = planned === 'commit' ? [] : form().attachments
      if (files.length > 0) await workspace.sendAttachments(files.map(({ blob }) => blob))
      await workspace.mutate.createRun({
        runId,
        promptId: ids.promptId(),
        ...(await plan.toRun(checked)),
        config: checked.config,
        ...(files.length === 0 ? {} : { attachments: files }),
      })
      next = undefined
      // Until the page itself does, this holds it open.
      const opening = workspace.openTranscript(runId)
      // The next run most often has the same surroundings.
      const prompt = planned === 'commit' ? form().prompt : ''
      const attachments = planned === 'commit' ? form().attachments : []
      draft.set({ ...form(), runId: undefined, prompt, attachments, title: '' })
      await navigate({ to: '/runs/$runId', params: { runId } }).finally(() => whenIdle(() => opening.close()))
    } catch (error) {
      if (error instanceof PlanTrouble) {
        setRefused(error.message)
        return
      }
      const isTooEarly = error instanceof RefusedError && data.me() === undefined
      setRefused(isTooEarly ? newRunWords.notYet : refusalText(error))
    } finally {
      setStarting(false)
    }
  }

  return (
    <form
      ref={page}
      class={styles.page}
      novalidate
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
      onKeyDown={(event) => {
        if (!isKey(event, 'Mod+Enter')) return
        event.preventDefault()
        void start()
      }}
    >
      <PageHead
        title={newRunWords.title}
        before={
          frame() === 'phone' ? (
            <Link to="/runs" class={styles.back} aria-label={newRunWords.back}>
              <Icon of={ArrowLeft} size="lg" />
            </Link>
          ) : undefined
        }
      />
      <Show when={status().connection === 'offline'}>
        <Banner icon={CloudOff}>{newRunWords.offline}</Banner>
      </Show>
      <div class={styles.scroll}>
        <div class={styles.column}>
          <SharedOffer draft={draft} onChange={change} />
          <Show when={plan.choice() === undefined}>
            <DemoOffer quiet={data.runs.all().length > 0} form={form()} onFill={change} />
          </Show>
          <Show when={plan.choice()}>
            {(chosen) => <FromPlan choice={chosen()} read={plan.read()} onLeave={plan.leave} />}
          </Show>
          <Show when={commit() === undefined}>
            <TextArea
              label={plan.choice() === undefined ? newRunWords.prompt : newRunWords.plan.note}
              optional={plan.choice() !== undefined}
              placeholder={plan.choice() === undefined ? newRunWords.promptHolder : ''}
              value={form().prompt}
              onChange={(prompt) => change({ prompt })}
              error={errors().prompt}
              hint={
                plan.choice() !== undefined
                  ? plan.choice()?.comments
                    ? newRunWords.plan.commentsHint
                    : newRunWords.plan.noteHint
                  : canPlan()
                    ? newRunWords.promptPlan
                    : newRunWords.promptKept
              }
              limit={promptLimit}
              rows={plan.choice() !== undefined ? 3 : frame() === 'phone' ? 6 : 8}
              enterkeyhint="enter"
            />
            <AttachRow
              attachments={form().attachments}
              onChange={(attachments) => change({ attachments: [...attachments] })}
              area={() => page?.querySelector('textarea') ?? undefined}
              agent={data.harness(agent())}
            />
            <Mentions
              area={() => page?.querySelector('textarea') ?? undefined}
              finder={mentions}
              slash={plan.choice() === undefined ? slash : undefined}
            />
          </Show>
          <Who
            agents={agents()}
            agent={agent()}
            onAgent={(harness) => change({ harness, choseAgent: true })}
            hosts={hosts()}
            host={host()}
            onHost={(chosen) => change({ host: chosen })}
            sandbox={sandbox()}
            model={form().models[agent()] ?? noModel}
            onModel={(model) => change({ models: { ...form().models, [agent()]: model } })}
            errors={errors()}
            told={told}
          />
          <Where
            form={form()}
            onChange={change}
            errors={errors()}
            environments={environments()}
            sandbox={sandbox()}
            sandboxes={sandboxes()}
            commits={commit() !== undefined}
          />
          <ProfileChoice value={form().profile ?? ''} sandbox={sandbox()} onChange={(profile) => change({ profile })} />
          <SecretsChoice value={form().secrets} onChange={(secrets) => change({ secrets })} />
          <More
            form={form()}
            onChange={change}
            errors={errors()}
            open={more()}
            onOpen={setMore}
            spends={!callsNoModel(agent())}
            teamBudget={teamBudget()}
          />
        </div>
      </div>
      <footer class={styles.foot}>
        <Show when={kept().length > 0}>
          <details class={styles.kept}>
            <summary class={styles.summary}>
              <Icon of={ChevronRight} size="sm" />
              {newRunWords.willRun(kept().length)}
            </summary>
            <pre class={styles.commands} tabindex="0" aria-label={newRunWords.setup}>
              {kept().join('\n')}
            </pre>
            <Show when={ownPlace(form())}>
              <Button onClick={() => change({ setup: '' })}>{newRunWords.clearSetup}</Button>
            </Show>
          </details>
        </Show>
        <p class={styles.refused} role="alert">
          {mayStart() ? refused() : newRunWords.viewer}
        </p>
        <Button
          type="submit"
          tone="ink"
          size={frame() === 'phone' ? 'touch' : 'lg'}
          icon={Play}
          keys={keyCaps('Mod+Enter', isApple).join(' ')}
          disabled={!mayStart()}
          aria-busy={starting()}
        >
          {newRunWords.start}
        </Button>
      </footer>
    </form>
  )
}
