import { createSignal, type Accessor } from 'solid-js'
import type { RequestOutcome } from '#shared/domain/notification.ts'
import type { Permission, PermissionAnswer } from '#shared/domain/permission.ts'
import { canAnswer } from '#shared/domain/policies.ts'
import type { PermissionId, RunId } from '#shared/ids.ts'
import { answeredWords, askWords, optionWords, ruledWords } from '../words/answers.ts'
import { intentPermissionId } from '#sync/client/intent-args.ts'
import type { ShownIntent } from '../words/states.ts'
import { useCallName } from './call-name.ts'
import { useIds } from './platform.ts'
import { refusalText } from './refusal-text.ts'
import { usePending } from './sync-status.ts'
import { useTeamData } from './team-data.ts'
import { useWorkspace } from './workspace.ts'

/** A question as lists show it, and the way to answer it there. */
export type Ask = {
  /** "You denied this, 14:04"; absent while it is open. */
  readonly settled: Accessor<string | undefined>
  /** Where this person's own answer stands. */
  readonly intent: Accessor<ShownIntent | undefined>
  readonly mayAnswer: Accessor<boolean>
  /** Names the digest of the question that was shown. */
  readonly answer: (kind: PermissionAnswer['kind']) => Promise<void>
  /** Why the last answer was not kept. */
  readonly problem: Accessor<string | undefined>
}

/** `permission`: the question's row, as far as this device has it; `outcome`: what is known of its end without it. */
export function useAsk(of: {
  readonly runId: Accessor<RunId>
  readonly permissionId: Accessor<PermissionId | undefined>
  readonly permission: Accessor<Permission | undefined>
  readonly outcome?: Accessor<RequestOutcome | undefined>
}): Ask {
  const workspace = useWorkspace()
  const data = useTeamData()
  const ids = useIds()
  const pending = usePending()
  const callName = useCallName()
  const [problem, setProblem] = createSignal<string | undefined>()

  const settled = (): string | undefined => {
    const known = of.permission()
    if (known?.state === 'answered' && known.answer !== undefined)
      return answeredWords(
        callName(known.answeredBy),
        known.answer,
        known.answeredAt ?? known.request.askedAt,
        optionWords(known.request, known.answer),
      )
    const outcome = of.outcome?.()
    if (outcome?.kind === 'lapsed' && outcome.ruled !== undefined) return ruledWords(outcome.ruled, outcome.at)
    if (known?.state === 'lapsed')
      return known.ruled === undefined
        ? askWords.lapsed
        : ruledWords(known.ruled, known.answeredAt ?? known.request.askedAt)
    if (outcome === undefined) return undefined
    return outcome.kind === 'lapsed'
      ? askWords.lapsed
      : answeredWords(callName(outcome.by), outcome.answer, outcome.at, outcome.option)
  }
  const intent = (): ShownIntent | undefined => {
    const known = of.permission()
    if (known?.state !== 'answered' || known.answeredBy !== workspace.userId) return undefined
    const here = pending().some(
      (mutation) => mutation.name === 'answerPermission' && intentPermissionId(mutation.args) === of.permissionId(),
    )
    return here ? 'local' : known.delivery
  }
  let keeping = false
  const answer = async (kind: PermissionAnswer['kind']): Promise<void> => {
    const shown = of.permission()
    // A second press while the first is being kept is the same answer.
    if (shown === undefined || keeping) return
    keeping = true
    setProblem(undefined)
    try {
      await workspace.mutate.answerPermission({
        runId: of.runId(),
        permissionId: shown.request.id,
        deliveryId: ids.deliveryId(),
        digest: shown.request.digest,
        answer: { kind },
      })
    } catch (error) {
      setProblem(refusalText(error))
    } finally {
      keeping = false
    }
  }
  return { settled, intent, mayAnswer: () => canAnswer(data.me()?.role), answer, problem }
}
