import { Run } from '#shared/domain/run.ts'
import { Member, Runner } from '#shared/domain/team.ts'
import type { UserId } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import { runSpace, teamSpace, type PatchOperation } from '#shared/protocol/sync.ts'
import type { SharedPage, SharedView } from '#shared/protocol/shared-run.ts'
import { keys } from '#sync/core/keys.ts'
import { chunkWindow } from '#sync/server/pull.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { isNamed, toYou, type Opened } from './links.ts'
import { createPresenter, type Named, type Presenter } from './present.ts'

/** What one reader of a link may see, as it changes. */
export type Reading = {
  opened: Opened
  readonly presenter: Presenter
  readonly names: Map<UserId, Named>
}

export function createReading(opened: Opened): Reading {
  const names = new Map<UserId, Named>()
  const reading: Reading = {
    opened,
    names,
    presenter: createPresenter({
      runId: opened.runId,
      secret: opened.share.secret,
      audience: () => ({ anyone: !isNamed(reading.opened), access: reading.opened.granted }),
      nameOf: (id) => names.get(id) ?? guestName(reading.opened, id),
    }),
  }
  return reading
}

/** Everything that is shown at first: the newest window of the transcript, and all else. `undefined`: there is no such run any more. */
export async function readView(store: SpaceStore, reading: Reading): Promise<SharedView | undefined> {
  const { opened, presenter, names } = reading
  const { runId, teamId, share } = opened
  const [run, members, runners, permissions, transcript] = await Promise.all([
    store.read(teamSpace(teamId), [keys.run(runId)]),
    store.scan(teamSpace(teamId), keys.members),
    store.scan(teamSpace(teamId), keys.runners),
    opened.granted === 'steer' ? store.scan(teamSpace(teamId), keys.permissionsOf(runId)) : { rows: [] },
    store.wholeSpace({
      space: runSpace(runId),
      clientGroup: '',
      windowPrefix: keys.chunks,
      windowSize: chunkWindow,
      later: [],
    }),
  ])
  if (run.rows[0]?.value === undefined) return undefined
  for (const { value } of members.rows) noteMember(names, value)
  const rows = presentedRows(
    presenter,
    [...run.rows, ...permissions.rows, ...transcript.changes].map(({ key, value }) => [key, value]),
  )
  return {
    you: toYou(opened, presenter.standIn),
    sharedBy: presenter.nameOf(share.createdBy),
    ...agentOf(run.rows[0].value, runners.rows),
    rows,
    people: presenter.people(),
  }
}

/** The page of the transcript before the chunk with this number, as its rows. None: there is nothing before it. */
export async function readOlder(
  store: SpaceStore,
  { opened, presenter, names }: Reading,
  before: number,
): Promise<SharedPage> {
  const [run, members, older] = await Promise.all([
    store.read(teamSpace(opened.teamId), [keys.run(opened.runId)]),
    store.scan(teamSpace(opened.teamId), keys.members),
    store.scanBefore({
      space: runSpace(opened.runId),
      prefix: keys.chunks,
      before: keys.chunk(before),
      limit: chunkWindow,
    }),
  ])
  for (const { value } of members.rows) noteMember(names, value)
  // For what it says of the others.
  for (const { key, value } of run.rows) if (value !== undefined) presenter.row(key, value)
  const rows = presentedRows(
    presenter,
    older.rows.map(({ key, value }) => [key, value]),
  )
  return { rows, people: presenter.people() }
}

/** Rows, or that they are gone, as they may leave. */
export function presentedRows(
  presenter: Presenter,
  patch: readonly (readonly [key: string, value: Json | undefined])[],
): PatchOperation[] {
  return patch.flatMap(([key, value]): PatchOperation[] => {
    if (!presenter.isShown(key)) return []
    if (value === undefined) return [{ op: 'del', key }]
    const shown = presenter.row(key, value)
    return shown === undefined ? [] : [{ op: 'put', key, value: shown }]
  })
}

export function noteMember(names: Map<UserId, Named>, row: unknown): void {
  const member = Member.safeParse(row).data
  if (member !== undefined) names.set(member.userId, { name: member.name, hue: member.hue })
}

/** Of the runners themselves nothing is told. */
function agentOf(run: Json, runners: readonly { readonly value: Json | undefined }[]): Pick<SharedView, 'agent'> {
  const harness = Run.safeParse(run).data?.config.harness
  for (const { value } of runners) {
    const offer = Runner.safeParse(value).data?.harnesses.find(({ id }) => id === harness)
    if (offer !== undefined) return { agent: { name: offer.name, letters: offer.letters } }
  }
  return {}
}

/** Guests who steer are no members; the share knows what they are called. */
function guestName({ share, guest }: Opened, id: UserId): Named | undefined {
  const name = guest?.userId === id ? guest.name : share.people.find((person) => person.userId === id)?.name
  return name === undefined ? undefined : { name, hue: 1 }
}
