import { Permission } from '#shared/domain/permission.ts'
import type { Run } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useAsk } from '../../state/ask.ts'
import { useQuery } from '../../state/query.ts'
import { AskLine } from '../../ui/ask-line.tsx'
import { intentWord } from '../../words/states.ts'

/** The question of a waiting run, in its row. Nothing is allowed from here: "Review" leads to the whole of it. */
export function RunAsk(props: {
  readonly run: Run
  readonly asks: NonNullable<Run['asks']>
  readonly phone?: boolean
}) {
  const permission = useQuery(() => {
    const key = keys.permission(props.run.id, props.asks.permissionId)
    return (tx) => getRow(tx, key, Permission)
  })
  const ask = useAsk({
    runId: () => props.run.id,
    permissionId: () => props.asks.permissionId,
    permission: () => permission.value,
  })
  const intent = () => {
    const state = ask.intent()
    return state === undefined ? undefined : intentWord(state, props.phone === true)
  }
  return (
    <AskLine
      kind={props.asks.kind}
      line={props.asks.line}
      settled={ask.settled()}
      intent={intent()}
      problem={ask.problem()}
      stacked={props.phone}
      actions={{
        runId: props.run.id,
        permissionId: props.asks.permissionId,
        mayAnswer: ask.mayAnswer(),
        isHere: permission.value !== undefined,
        allows: false,
        onAnswer: (kind) => void ask.answer(kind),
      }}
    />
  )
}
