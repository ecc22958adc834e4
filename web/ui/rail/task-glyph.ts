import type { DisplayState, TaskStatus } from '#shared/domain/run.ts'

/** A task's state as a glyph. After the run's end nothing works or waits any more. */
export function taskGlyph(status: TaskStatus, ended: boolean): DisplayState {
  switch (status) {
    case 'completed':
      return 'done'
    case 'failed':
      return 'failed'
    case 'cancelled':
      return 'cancelled'
    case 'in_progress':
      return ended ? 'cancelled' : 'working'
    case 'waiting':
      return ended ? 'cancelled' : 'needs'
    case 'pending':
      return 'queued'
  }
}
