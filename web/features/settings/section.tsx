import { Match, Show, Switch, createEffect, createResource, createSignal, on, type JSX } from 'solid-js'
import type { z } from 'zod'
import type { Result } from '#shared/result.ts'
import { request, type ApiProblem } from '../../state/account-api.ts'
import { useStatus } from '../../state/sync-status.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { settingsWords } from '../../words/settings.ts'
import styles from './settings.module.css'

/** One heading of a settings page, with what it is for and its main action. */
export function Section(props: {
  readonly title: string
  readonly text?: string | undefined
  readonly action?: JSX.Element
  readonly children: JSX.Element
}) {
  return (
    <section class={styles.section} aria-label={props.title}>
      <header class={styles.sectionHead}>
        <div>
          <h2 class={styles.sectionTitle}>{props.title}</h2>
          <Show when={props.text}>
            <p class={styles.sectionText}>{props.text}</p>
          </Show>
        </div>
        {props.action}
      </header>
      {props.children}
    </section>
  )
}

export type Remote<T> = {
  readonly value: () => T | undefined
  readonly problem: () => ApiProblem | undefined
  readonly reload: () => Promise<void>
}

/** What only the server knows. Asked when shown, when `path` changes, and when the connection comes back. */
export function useRemote<T>(schema: z.ZodType<T>, path: () => string): Remote<T> {
  const status = useStatus()
  const [answer, { refetch }] = createResource(path, (asked) => request(schema, 'GET', asked))
  const reload = async (): Promise<void> => void (await refetch())
  createEffect(
    on(
      () => status().connection,
      (now, before) => {
        if (now === 'online' && before !== undefined && before !== 'online') void reload()
      },
      { defer: true },
    ),
  )
  return {
    value: () => {
      const known = answer.latest
      return known?.ok ? known.value : undefined
    },
    problem: () => {
      const known = answer.latest
      return known && !known.ok ? known.error : undefined
    },
    reload,
  }
}

/** Shows a remote's value, or that it loads, or why it can't be shown. */
export function RemoteView<T>(props: {
  readonly of: Remote<T>
  readonly rows?: number
  readonly children: (value: () => T) => JSX.Element
}) {
  return (
    <Switch fallback={<SkeletonRows rows={props.rows ?? 3} waitsFor={settingsWords.loading} />}>
      <Match when={props.of.value()}>{(value) => props.children(value)}</Match>
      <Match when={props.of.problem()}>
        {(problem) => (
          <ErrorState title={problem().code === 'offline' ? settingsWords.offline : problem().error}>
            <Button size="lg" onClick={() => void props.of.reload()}>
              {settingsWords.tryAgain}
            </Button>
          </ErrorState>
        )}
      </Match>
    </Switch>
  )
}

/** One request at a time, with its problem to show beside the button. */
export function useAction(): {
  readonly busy: () => boolean
  readonly problem: () => string | undefined
  readonly clear: () => void
  /** Waits for what was begun; the value when it worked. Buttons are disabled while `busy`. */
  readonly run: <T>(begun: Promise<Result<T, ApiProblem>>) => Promise<T | undefined>
} {
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  return {
    busy,
    problem,
    clear: () => setProblem(undefined),
    async run(begun) {
      setBusy(true)
      setProblem(undefined)
      const done = await begun
      setBusy(false)
      if (done.ok) return done.value
      setProblem(done.error.error)
      return undefined
    },
  }
}

export function Problem(props: { readonly text: string | undefined }) {
  return (
    <div role="alert" class={styles.alert}>
      <Show when={props.text}>
        <p class={styles.problem}>{props.text}</p>
      </Show>
    </div>
  )
}

export function Saved(props: { readonly text: string | undefined }) {
  return (
    <span class={styles.saved} role="status">
      {props.text ?? ''}
    </span>
  )
}
