import { useNavigate } from '@tanstack/solid-router'
import { Send } from 'lucide'
import { Show, createMemo, createSignal } from 'solid-js'
import { commentsPrompt, isUnsent, type PlanThread } from '#shared/domain/plan-threads.ts'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { promptLimit } from '#shared/domain/prompt.ts'
import { hasEnded, type Run } from '#shared/domain/run.ts'
import type { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { searchOf } from '../../../state/plan-choice.ts'
import { useIds } from '../../../state/platform.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Button } from '../../../ui/button.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { commentWords } from '../../../words/plan-comments.ts'
import { useAuthorName } from '../author-name.ts'
import type { Comments } from './use-comments.ts'

/** Gives what is open, and no agent has, to the agent of the plan's run as one message: of the one that works, else of the last one. */
export function SendComments(props: {
  readonly planId: PlanId
  readonly title: string
  readonly comments: Comments
  /** Runs of this plan, the newest first. */
  readonly runs: readonly Run[]
}) {
  const workspace = useWorkspace()
  const data = useTeamData()
  const ids = useIds()
  const navigate = useNavigate()
  const nameOf = useAuthorName()
  const [busy, setBusy] = createSignal(false)
  const unsent = createMemo(() => props.comments.open().filter(isUnsent))
  /** One that was started for comments executes nothing, and has been given some. */
  const lastGiven = (threads: readonly PlanThread[]): Run | undefined => {
    const given = threads.flatMap(({ first }) => first.sent ?? []).toSorted((a, b) => b.at - a.at)
    for (const { runId } of given) {
      const known = data.runs.get(keys.run(runId))
      if (known !== undefined) return known
    }
    return undefined
  }
  // What only commits the text has no agent that could read them.
  const runs = createMemo(() => props.runs.filter(({ plan }) => plan?.commit === undefined))
  const run = createMemo(
    () => runs().find(({ state }) => !hasEnded(state)) ?? runs()[0] ?? lastGiven(props.comments.threads()),
  )
  const agent = (to: Run) => data.harness(to.config.harness).name
  const send = async (to: Run): Promise<void> => {
    const threads = unsent()
    const text = commentsPrompt({
      title: props.title,
      threads: threads.map((thread) => ({ thread, section: props.comments.sectionOf(thread.first.id) })),
      // By name, also one's own: the agent knows nobody as “You”.
      name: ({ by }) =>
        (by.kind === 'person' ? data.members.get(keys.member(by.userId))?.name : undefined) ?? nameOf(by),
    })
    if (text.length > promptLimit) {
      showToast({ text: commentWords.tooLong })
      return
    }
    setBusy(true)
    try {
      await workspace.mutate.sendPlanComments({
        runId: to.id,
        promptId: ids.promptId(),
        deliveryId: ids.deliveryId(),
        text,
        mode: 'queue',
        planId: props.planId,
        threads: threads.map(({ first }) => first.id),
      })
      showToast({ text: commentWords.sent(agent(to)) })
    } catch (error) {
      showToast({ text: refusalText(error) })
    }
    setBusy(false)
  }
  const toNewRun = (): void =>
    void navigate({ to: '/new', search: searchOf({ planId: props.planId, scope: { kind: 'whole' }, comments: true }) })
  return (
    <Show when={canSteerRuns(data.me()?.role) && unsent().length > 0}>
      <Show
        when={run()}
        fallback={
          <Button icon={Send} wide onClick={toNewRun}>
            {commentWords.sendToNew(unsent().length)}
          </Button>
        }
      >
        {(to) => (
          <Button
            icon={Send}
            wide
            aria-label={commentWords.sendLabel(unsent().length, agent(to()), to().title)}
            aria-busy={busy()}
            disabled={busy()}
            onClick={() => void send(to())}
          >
            {commentWords.sendTo(unsent().length, agent(to()))}
          </Button>
        )}
      </Show>
    </Show>
  )
}
