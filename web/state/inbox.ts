import { createMemo, createSignal, onCleanup, type Accessor } from 'solid-js'
import { AgentNotification } from '#shared/domain/notification.ts'
import { Permission } from '#shared/domain/permission.ts'
import type { Run } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import type { ReadTransaction } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { createParser } from './rows.ts'
import type { RunSearch } from './run-search.ts'

/** A notification, and the question that it is about as long as that has a row. */
export type InboxItem = {
  /** Names it among this person's. */
  readonly key: string
  readonly note: AgentNotification
  readonly permission: Permission | undefined
}

/** A person's notifications in one team. Items that did not change are the same objects as before. */
export type Inbox = {
  /** Newest first, without what was put away. */
  readonly items: Accessor<readonly InboxItem[]>
  /** Those too. */
  readonly all: Accessor<readonly InboxItem[]>
  readonly loaded: Accessor<boolean>
  readonly get: (key: string) => InboxItem | undefined
  readonly unread: Accessor<number>
  readonly errors: Accessor<number>
  /** What is unread, and questions that wait for an answer, read or not. */
  readonly attention: Accessor<number>
}

/** Needs an owner. */
export function createInbox(workspace: Pick<Workspace, 'userId' | 'subscribe'>): Inbox {
  const parseNote = createParser(AgentNotification)
  const parsePermission = createParser(Permission)
  const made = new WeakMap<AgentNotification, InboxItem>()
  const toItem = (note: AgentNotification, permission: Permission | undefined): InboxItem => {
    const known = made.get(note)
    if (known !== undefined && known.permission === permission) return known
    const item = { key: `${note.runId}/${note.id}`, note, permission }
    made.set(note, item)
    return item
  }

  const [state, setState] = createSignal<{
    readonly all: readonly InboxItem[]
    readonly byKey: ReadonlyMap<string, InboxItem>
  }>()
  const read = async (tx: ReadTransaction) => {
    const rows = await tx.scan(keys.notificationsOf(workspace.userId))
    return Promise.all(
      rows.map(async ([, row]) => {
        const note = parseNote(row)
        const asked = note?.permissionId
        return [row, note === undefined || asked === undefined ? null : await rowOf(tx, note.runId, asked)] as const
      }),
    )
  }
  onCleanup(
    workspace.subscribe(read, (rows) => {
      const all = rows
        .flatMap(([row, asked]) => {
          const note = parseNote(row)
          return note === undefined ? [] : [toItem(note, parsePermission(asked ?? undefined))]
        })
        .sort((a, b) => b.note.at - a.note.at || (a.key < b.key ? 1 : -1))
      setState({ all, byKey: new Map(all.map((item) => [item.key, item])) })
    }),
  )

  const items = createMemo(() => (state()?.all ?? []).filter((item) => item.note.archived !== true))
  const counts = createMemo(() => {
    let [unread, errors, attention] = [0, 0, 0]
    for (const item of items()) {
      if (isUnread(item)) unread++
      if (item.note.type === 'error') errors++
      if (needsAttention(item)) attention++
    }
    return { unread, errors, attention }
  })
  return {
    items,
    all: () => state()?.all ?? [],
    loaded: () => state() !== undefined,
    get: (key) => state()?.byKey.get(key),
    unread: createMemo(() => counts().unread),
    errors: createMemo(() => counts().errors),
    attention: createMemo(() => counts().attention),
  }
}

async function rowOf(tx: ReadTransaction, runId: RunId, id: NonNullable<AgentNotification['permissionId']>) {
  return (await tx.get(keys.permission(runId, id))) ?? null
}

export function isUnread({ note }: InboxItem): boolean {
  return note.readAt === undefined
}

/** A question, or somebody outside of the team, that still waits for an answer. */
export function isOpen({ note, permission }: InboxItem): boolean {
  return permission?.state === 'open' || (note.access !== undefined && note.access.answer === undefined)
}

export function needsAttention(item: InboxItem): boolean {
  return isUnread(item) || isOpen(item)
}

/** Where a notification leads on its run's page: to the question, to those who wait to be let in, or to the end of that turn where others followed. */
export function placeOf({ note }: Pick<InboxItem, 'note'>, run: Pick<Run, 'turn'> | undefined): RunSearch {
  if (note.permissionId !== undefined) return { ask: note.permissionId }
  if (note.type === 'access') return { share: true }
  const turn = turnOf(note)
  return turn === undefined || run === undefined || run.turn <= turn ? {} : { turn }
}

/** The turn that ended, of a notification that tells of one. */
export function turnOf({ id }: Pick<AgentNotification, 'id'>): number | undefined {
  const match = /^turn-(\d{1,9})$/.exec(id)
  return match === null ? undefined : Number(match[1])
}
