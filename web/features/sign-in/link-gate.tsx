import { Link } from '@tanstack/solid-router'
import { Match, Show, Switch, createResource, type JSX } from 'solid-js'
import type { Result } from '#shared/result.ts'
import type { ApiProblem } from '../../state/account-api.ts'
import { Button, ButtonInside, buttonClass } from '../../ui/button.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { authWords } from '../../words/auth.ts'
import { EntryCard, entryStyles } from './entry-card.tsx'

/** Asks the server what a link is for, and shows its page only while it can be used. */
export function LinkGate<T>(props: {
  readonly token: string | undefined
  readonly look: (token: string) => Promise<Result<T, ApiProblem>>
  /** What to do when it has ended. */
  readonly ended: string
  readonly children: (view: T, token: string) => JSX.Element
}) {
  const [answer, { refetch }] = createResource(
    () => props.token,
    (token) => props.look(token),
  )
  const view = () => {
    const known = answer()
    return known?.ok && props.token !== undefined ? { value: known.value, token: props.token } : undefined
  }
  const problem = () => {
    const known = answer()
    return known && !known.ok ? known.error : undefined
  }
  return (
    <Switch
      fallback={
        <EntryCard title={authWords.checking}>
          <SkeletonRows rows={3} waitsFor={authWords.checking} />
        </EntryCard>
      }
    >
      <Match when={props.token === undefined}>
        <EntryCard title={authWords.linkUnknown} text={authWords.linkMissing}>
          <ToSignIn />
        </EntryCard>
      </Match>
      <Match when={view()} keyed>
        {(known) => props.children(known.value, known.token)}
      </Match>
      <Match when={problem()}>
        {(why) => (
          <Show
            when={why().code === 'expired' || why().code === 'not_found'}
            fallback={
              <EntryCard title={authWords.cantCheck} text={why().error}>
                <Button size="lg" tone="ink" wide onClick={() => void refetch()}>
                  {authWords.tryAgain}
                </Button>
              </EntryCard>
            }
          >
            <EntryCard
              title={why().code === 'expired' ? authWords.linkEnded : authWords.linkUnknown}
              text={why().code === 'expired' ? `${why().error} ${props.ended}` : props.ended}
            >
              <ToSignIn />
            </EntryCard>
          </Show>
        )}
      </Match>
    </Switch>
  )
}

export function ToSignIn(props: { readonly words?: string; readonly next?: string }) {
  return (
    <div class={entryStyles.actions}>
      <Link
        to="/sign-in"
        search={props.next === undefined ? {} : { next: props.next }}
        class={buttonClass}
        data-tone="plain"
        data-size="lg"
        data-wide=""
      >
        <ButtonInside>{props.words ?? authWords.toSignIn}</ButtonInside>
      </Link>
    </div>
  )
}
