import { Link, useLocation, useNavigate, useParams, useRouter, useSearch } from '@tanstack/solid-router'
import { ErrorBoundary, Match, Show, Switch, createMemo } from 'solid-js'
import { RunId } from '#shared/ids.ts'
import { Run, displayState } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, type ReadTransaction } from '#sync/core/transaction.ts'
import { Button, ButtonInside, buttonClass } from '../../ui/button.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useQuery } from '../../state/query.ts'
import { RunSearch, entryOfHash } from '../../state/run-search.ts'
import { useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { runWords } from '../../words/run.ts'
import { titleWithSign } from '../../words/states.ts'
import { RunView } from './run-view.tsx'
import styles from './run-page.module.css'

/** `/runs/<id>`: the run, or why it can't be shown. */
export function RunPage() {
  const params = useParams({ strict: false })
  const search = useSearch({ strict: false })
  const location = useLocation()
  const navigate = useNavigate()
  const router = useRouter()
  const team = useTeamData()
  const status = useStatus()
  const runId = createMemo(() => RunId.safeParse(params().runId).data)
  // An old run stands in the store before the list of all has come to it.
  const direct = useQuery(() => runOf(runId()))
  const run = createMemo(() => {
    const id = runId()
    return id === undefined ? undefined : (team.runs.get(keys.run(id)) ?? direct.value)
  })
  const place = createMemo(() => RunSearch.parse(search()))
  const changes = () => place().changes
  useTitle(() => {
    const known = run()
    return known === undefined ? undefined : titleWithSign(known.title, displayState(known))
  })

  /** Whether the step before this one is the page without its changes: a link may have led straight to them. */
  let openedHere = false
  /** Opening the changes adds a step to go back from; moving among files does not. */
  const showChanges = (id: RunId, path: string | undefined): void => {
    const wasOpen = changes() !== undefined
    if (path === undefined && wasOpen && openedHere) {
      openedHere = false
      router.history.back()
      return
    }
    if (path !== undefined && !wasOpen) openedHere = true
    void navigate({
      to: '/runs/$runId',
      params: { runId: id },
      search: path === undefined ? {} : { changes: path },
      hash: location().hash,
      replace: wasOpen,
      hashScrollIntoView: false,
    })
  }
  const showTerminal = (id: RunId, chosen: string | undefined): void =>
    void navigate({
      to: '/runs/$runId',
      params: { runId: id },
      search: chosen === undefined ? {} : { terminal: chosen },
      hash: location().hash,
      replace: place().terminal !== undefined,
      hashScrollIntoView: false,
    })
  const closeShare = (id: RunId): void =>
    void navigate({ to: '/runs/$runId', params: { runId: id }, search: {}, replace: true })
  const link = (id: RunId, n?: number): string =>
    new URL(`/runs/${id}${n === undefined ? '' : `#e-${n}`}`, window.location.href).href

  return (
    <ErrorBoundary
      fallback={(error: unknown, reset) => (
        <div class={styles.page}>
          <ErrorState
            title={runWords.broken.title}
            text={runWords.broken.text}
            detail={error instanceof Error ? (error.stack ?? error.message) : String(error)}
          >
            <Button size="lg" onClick={reset}>
              {runWords.broken.reload}
            </Button>
          </ErrorState>
        </div>
      )}
    >
      <Switch>
        <Match when={run()?.id} keyed>
          {(id) => {
            // The row keeps its last state while the page is left because the run went.
            const known = createMemo<Run | undefined>((before) => run() ?? before)
            return (
              <Show when={known()}>
                {(now) => (
                  <RunView
                    run={now()}
                    entry={entryOfHash(location().hash)}
                    ask={place().ask}
                    turn={place().turn}
                    changes={changes()}
                    onChanges={(path) => showChanges(id, path)}
                    terminal={place().terminal}
                    onTerminal={(chosen) => showTerminal(id, chosen)}
                    share={place().share === true ? { onClose: () => closeShare(id) } : undefined}
                    link={(n) => link(id, n)}
                  />
                )}
              </Show>
            )
          }}
        </Match>
        <Match
          when={
            runId() !== undefined &&
            (!direct.loaded ||
              (status().connection !== 'offline' && (status().freshAt === undefined || !team.hasAllRuns())))
          }
        >
          <div class={styles.page}>
            <SkeletonRows waitsFor={runWords.transcript.loading} />
          </div>
        </Match>
        <Match when={runId() !== undefined && status().connection === 'offline'}>
          <div class={styles.page}>
            <h1 class={styles.title}>{runWords.notHere.title}</h1>
            <p class={styles.text}>{runWords.notHere.text}</p>
            <AllRuns />
          </div>
        </Match>
        <Match when={true}>
          <div class={styles.page}>
            <h1 class={styles.title}>{runWords.notFound.title}</h1>
            <p class={styles.text}>{runWords.notFound.text}</p>
            <AllRuns />
          </div>
        </Match>
      </Switch>
    </ErrorBoundary>
  )
}

function runOf(id: RunId | undefined): (tx: ReadTransaction) => Promise<Run | undefined> {
  return async (tx) => (id === undefined ? undefined : getRow(tx, keys.run(id), Run))
}

function AllRuns() {
  return (
    <Link to="/runs" class={buttonClass} data-tone="plain" data-size="lg">
      <ButtonInside>{runWords.notFound.all}</ButtonInside>
    </Link>
  )
}
