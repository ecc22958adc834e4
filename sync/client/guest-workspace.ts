import type { Prompt } from '#shared/domain/prompt.ts'
import type { Member } from '#shared/domain/team.ts'
import { TranscriptChunk } from '#shared/domain/transcript.ts'
import { TeamId, UserId } from '#shared/ids.ts'
import type { ShareAccess } from '#shared/domain/share.ts'
import type { BrowserDown } from '#shared/protocol/browser-socket.ts'
import { SharedPage, type SharedEvent, type SharedPerson, type SharedView } from '#shared/protocol/shared-run.ts'
import { runSpace, type PatchOperation, type SyncCookie } from '#shared/protocol/sync.ts'
import { chunkNumber, keys } from '#sync/core/keys.ts'
import { mutators } from '#sync/core/mutators/all.ts'
import { toJson } from '#sync/core/transaction.ts'
import { createTextFinder } from './find-text.ts'
import { openGuestLink, type GuestLinkDeps, type GuestState } from './guest-link.ts'
import { createMemoryRows } from './memory-rows.ts'
import { statusAtStart } from './status.ts'
import { openTranscript } from './transcript.ts'
import { RefusedError, type SyncStatus, type Workspace } from './workspace.ts'

/** A shared run as a workspace: the same reads, so that the same pages show it. Nothing of it is kept on the device. */
export type GuestRun = {
  readonly workspace: Workspace
  /** Where its blobs and all else are. */
  readonly address: string
  subscribe(onState: (state: GuestState) => void): () => void
  ask(wants: ShareAccess): Promise<void>
  retry(): void
}

/** Stands for who looks without an account. */
const nobody = UserId.parse('nobody')

export function openGuestRun(
  deps: Pick<GuestLinkDeps, 'runId' | 'secret' | 'baseUrl' | 'fetch'> & { readonly now: () => number },
): GuestRun {
  const { runId } = deps
  const rows = createMemoryRows()
  const messages = new Set<(message: BrowserDown) => void>()
  /** Messages of this guest that are not in the transcript yet. */
  const sent = new Set<string>()
  let me = nobody
  let status = statusAtStart
  const statuses = new Set<(status: SyncStatus) => void>()
  const setStatus = (change: Partial<SyncStatus>): void => {
    status = { ...status, ...change }
    for (const listener of statuses) listener(status)
  }
  const tell = (message: BrowserDown): void => {
    for (const listener of messages) listener(message)
  }

  /** Chunks of the transcript that are here: from the first to the last, none missing between them. */
  let [first, last] = [Infinity, 0]
  let order = 0

  function onView(view: SharedView): void {
    me = view.you.id ?? nobody
    const { you } = view
    const own = you.id === undefined ? [] : [toMember({ id: you.id, name: you.name ?? '', hue: 1 }, you.access)]
    const before = last
    take(view.rows, [...members(view.people), ...own.map((member) => put(keys.member(member.userId), member))])
    setStatus({ freshAt: deps.now() })
    const newest = chunksOf(view.rows)
    // The last one that was here may have grown, and been followed by more than a page, while nothing was heard.
    if (before > 0 && Math.min(...newest) > before) void fillGap(Math.min(...newest), before)
  }

  /** Rows as they come; the cookie says what of the transcript is here, and that something has changed. */
  function take(patch: readonly PatchOperation[], more: readonly PatchOperation[] = []): void {
    const chunks = chunksOf(patch)
    first = Math.min(first, ...chunks)
    last = Math.max(last, ...chunks)
    const from = first > 1 && first !== Infinity ? { from: keys.chunk(first) } : {}
    const cookie: SyncCookie = { order: ++order, epoch: 'shared', ...from }
    rows.apply([...more, ...patch, ...arrived(patch), put(keys.cookie, cookie)])
  }

  /** The page before this chunk; how far back it goes, `undefined` where there is none or it can't be had. */
  async function bringOlder(before: number): Promise<number | undefined> {
    const page = SharedPage.safeParse(await link.get(`/chunks?before=${before}`).catch(() => undefined)).data
    const chunks = chunksOf(page?.rows ?? [])
    if (page === undefined || chunks.length === 0) return undefined
    take(page.rows, members(page.people))
    return Math.min(...chunks)
  }

  async function fillGap(from: number, to: number): Promise<void> {
    let at: number | undefined = from
    while (at !== undefined && at > to) at = await bringOlder(at)
  }

  function onEvent(event: SharedEvent): void {
    setStatus({ freshAt: deps.now() })
    switch (event.type) {
      case 'rows':
        return take(event.rows, members(event.people))
      case 'live_state':
        return tell({ type: 'live_state', runId, entries: event.entries })
      case 'live':
        return tell({ type: 'live', runId, deltas: event.deltas })
      default:
    }
  }

  const members = (people: readonly SharedPerson[]): PatchOperation[] =>
    people.filter(({ id }) => id !== me).map((person) => put(keys.member(person.id), toMember(person, 'view')))

  /** Takes away the guest's own messages that the transcript has now. */
  function arrived(patch: readonly PatchOperation[]): PatchOperation[] {
    if (sent.size === 0) return []
    const ids = patch.flatMap((op) =>
      op.op === 'put' && op.key.startsWith(keys.chunks)
        ? (TranscriptChunk.safeParse(op.value).data?.entries ?? []).flatMap(({ body }) =>
            body.kind === 'user' && body.promptId !== undefined ? [body.promptId] : [],
          )
        : [],
    )
    return ids.filter((id) => sent.delete(id)).map((id) => ({ op: 'del', key: keys.prompt(runId, id) }))
  }

  const link = openGuestLink({ ...deps, onView, onEvent })
  const stop = link.subscribe((state) => {
    if (state.type !== 'open') return
    const { following } = state
    const connection = following === 'live' ? 'online' : following === 'slow' ? 'polling' : 'offline'
    if (connection !== status.connection)
      setStatus({ connection, offlineSince: connection === 'offline' ? deps.now() : undefined })
  })

  const acts: { readonly [name: string]: (args: unknown) => Promise<void> } = {
    async sendPrompt(args) {
      const { promptId, deliveryId, text, mode } = mutators.sendPrompt.args.parse(args)
      // The id of the message names the press: sent again after an answer that was lost, it is the same.
      await link.post('/prompts', { intentId: promptId, promptId, deliveryId, text, mode })
      sent.add(promptId)
      // As one on its way: what waits in the run's queue is not told to guests, and theirs can't be changed any more.
      const shown = { id: promptId, runId, text, mode: 'interrupt', order: 0, by: me, state: 'accepted' } as const
      rows.apply([put(keys.prompt(runId, promptId), { ...shown, createdAt: deps.now() } satisfies Prompt)])
    },
    async answerPermission(args) {
      const { permissionId, deliveryId, digest, answer } = mutators.answerPermission.args.parse(args)
      await link.post('/answers', { intentId: deliveryId, permissionId, deliveryId, digest, answer })
    },
    async stopRun(args) {
      const { deliveryId } = mutators.stopRun.args.parse(args)
      await link.post('/stop', { intentId: deliveryId, deliveryId })
    },
  }
  const mutate = Object.fromEntries(
    Object.keys(mutators).map((name) => [name, acts[name] ?? (() => Promise.reject(notHere()))]),
  ) as Workspace['mutate']

  const finder = createTextFinder({
    kept: { kept: () => new Map() },
    runs: { isOpen: () => true, read: (_runId, query) => rows.query(query) },
  })
  const workspace: Workspace = {
    get userId() {
      return me
    },
    teamId: TeamId.parse('shared'),
    mutate,
    subscribe: rows.subscribe,
    query: rows.query,
    feedRows: rows.feed,
    subscribeStatus(onStatus) {
      statuses.add(onStatus)
      onStatus(status)
      return () => void statuses.delete(onStatus)
    },
    subscribePending(onPending) {
      onPending([])
      return () => undefined
    },
    subscribeIntents(onIntents) {
      onIntents([])
      return () => undefined
    },
    forgetIntent: async () => undefined,
    prepareRun: () => () => undefined,
    openTranscript: (id) =>
      openTranscript({
        runId: id,
        cache: {
          space: runSpace(id),
          query: rows.query,
          subscribe: rows.subscribe,
          watch: rows.watch,
          older: async () => first > 1 && (await bringOlder(first)) !== undefined,
          giveUpBefore: async () => undefined,
        },
        link: {
          send: () => undefined,
          onMessage(listener) {
            messages.add(listener)
            return () => void messages.delete(listener)
          },
          onState: () => () => undefined,
        },
        isKnown: () => true,
        // It lives no longer than its page.
        isPinned: () => true,
        onClose: () => undefined,
      }),
    subscribeKept(onKept) {
      onKept(new Map())
      return () => undefined
    },
    pinRun: async () => undefined,
    makeRoom: async () => 0,
    // What is shared is a run: its plans stay with the team.
    openPlan: () => Promise.reject(notHere()),
    subscribePlanCopies(onCopies) {
      onCopies(new Map())
      return () => undefined
    },
    subscribePlanParticipants(onParticipants) {
      onParticipants(new Map())
      return () => undefined
    },
    pinPlan: () => Promise.reject(notHere()),
    copyPlan: () => Promise.reject(notHere()),
    dropPlanCopy: () => Promise.reject(notHere()),
    keepImage: () => Promise.reject(notHere()),
    readImage: async () => 'missing',
    subscribeUnsentImages(onUnsent) {
      onUnsent([])
      return () => undefined
    },
    retryImage: () => Promise.reject(notHere()),
    discardImage: () => Promise.reject(notHere()),
    keepAttachment: () => Promise.reject(notHere()),
    sendAttachments: () => Promise.reject(notHere()),
    forgetUnnamed: async () => undefined,
    readAttachment: async () => undefined,
    subscribeUnsentAttachments(onUnsent) {
      onUnsent([])
      return () => undefined
    },
    findText: finder.find,
    subscribePresence(_runId, onPresence) {
      onPresence([])
      return () => undefined
    },
    setPresence: () => undefined,
    refresh: async () => link.retry(),
    async close() {
      stop()
      link.close()
    },
  }

  return {
    workspace,
    address: link.address,
    subscribe: link.subscribe,
    retry: link.retry,
    ask: (wants) => link.post('/ask', { wants }),
  }
}

const chunksOf = (patch: readonly PatchOperation[]): number[] =>
  patch.flatMap((op) => (op.op === 'put' && op.key.startsWith(keys.chunks) ? [chunkNumber(op.key)] : []))

const notHere = (): RefusedError => new RefusedError('not_allowed', undefined)

/** Somebody of the run as the pages know those of a team. Who may steer has a member's part in this run. */
function toMember(person: SharedPerson, access: ShareAccess): Member {
  return {
    userId: person.id,
    name: person.name === '' ? '?' : person.name.slice(0, 80),
    role: access === 'steer' ? 'member' : 'viewer',
    hue: Math.min(3, Math.max(1, person.hue)),
    joinedAt: 0,
  }
}

function put(key: string, row: object): PatchOperation {
  return { op: 'put', key, value: toJson(row) }
}
