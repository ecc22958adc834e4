import type { Task, TaskStatus } from '#shared/domain/run.ts'
import type { EntryId } from '#shared/ids.ts'
import type { RunEventBody } from '#shared/protocol/run-event.ts'
import { cut, type Transcript } from '../run/transcript.ts'
import type { PlanEntry, ToolCallFields } from './acp-shapes.ts'
import { objectOf } from './tool-content.ts'

/** What a harness means to do, as one entry of each turn that is written again with every change. */
export interface TaskList {
  tell(list: readonly Task[]): void
  endTurn(): void
}

export function createTaskList({
  transcript,
  emit,
  endSpeech,
}: {
  transcript: Transcript
  emit: (body: RunEventBody) => void
  /** What the agent says stops where the list first stands. */
  endSpeech: () => void
}): TaskList {
  let tasks: { id: EntryId; json: string } | undefined

  function tell(list: readonly Task[]): void {
    const bounded = list.slice(0, 200)
    const json = JSON.stringify(bounded)
    if (tasks?.json === json) return
    emit({ type: 'tasks', tasks: bounded })
    if (tasks === undefined) {
      endSpeech()
      tasks = { id: transcript.add({ kind: 'tasks', tasks: bounded }), json }
    } else {
      transcript.rewrite(tasks.id, { kind: 'tasks', tasks: bounded })
      tasks = { id: tasks.id, json }
    }
  }

  return {
    tell,
    endTurn: () => {
      tasks = undefined
    },
  }
}

/** OpenCode has no plan updates; its task list is the input of a tool. */
export function isTodo(fields: ToolCallFields): boolean {
  return fields.title === 'todowrite' || Array.isArray(objectOf(fields.rawInput)?.['todos'])
}

const taskStatuses: ReadonlySet<string> = new Set<TaskStatus>([
  'pending',
  'in_progress',
  'completed',
  'failed',
  'cancelled',
  'waiting',
])

/** `_meta['drover/status']` says what the protocol's three statuses can't. */
export function taskOf(entry: PlanEntry): Task {
  return { text: cut(entry.content, 400), status: statusOf(entry._meta?.['drover/status'] ?? entry.status) }
}

export function todoTask(todo: unknown): Task[] {
  const fields = objectOf(todo)
  const text = fields?.['content']
  return typeof text === 'string' ? [{ text: cut(text, 400), status: statusOf(fields?.['status']) }] : []
}

function statusOf(value: unknown): TaskStatus {
  return typeof value === 'string' && taskStatuses.has(value) ? (value as TaskStatus) : 'pending'
}
