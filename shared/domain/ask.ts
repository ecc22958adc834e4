import { askLine, isDangerous, type Permission } from './permission.ts'
import { hasEnded, type Run } from './run.ts'

/** Shows the oldest open question of a run in its row, or none. */
export function withAsk(run: Run, open: readonly Permission[]): Run {
  const { asks: _asks, ...rest } = run
  const [first] = [...open].sort((a, b) => a.request.askedAt - b.request.askedAt)
  if (first === undefined || hasEnded(run.state)) return rest
  const { request } = first
  return {
    ...rest,
    asks: {
      permissionId: request.id,
      kind: request.subject.kind,
      line: askLine(request),
      danger: isDangerous(request.subject),
    },
  }
}
