import { createSignal, onCleanup, type Accessor } from 'solid-js'
import { z } from 'zod'
import { GuestName, GuestToken } from '#shared/domain/plan-guest.ts'
import { PlanCommentId, type PlanId } from '#shared/ids.ts'
import { GuestComment, GuestEdit, type SharedComment } from '#shared/protocol/shared-plan.ts'
import type { GuestPlanLink } from '#sync/client/guest-plan.ts'
import { RefusedError } from '#sync/client/workspace.ts'
import type { DeviceStore } from './device-store.ts'

/** What a guest did and the server has not confirmed. `why`: it was refused, and stands here so that its words are not lost. */
const Act = z.discriminatedUnion('type', [
  z.object({ type: z.literal('add'), comment: GuestComment, at: z.number(), why: z.string().optional() }),
  z.object({ type: z.literal('edit'), id: PlanCommentId, text: GuestEdit.shape.text, why: z.string().optional() }),
  z.object({ type: z.literal('remove'), id: PlanCommentId, why: z.string().optional() }),
])
type Act = z.infer<typeof Act>

const Kept = z.object({ token: GuestToken, name: GuestName.optional(), acts: z.array(Act) })
type Kept = z.infer<typeof Kept>

/** Acts that wait; beyond, nothing more is taken until some are sent. */
const maxWaiting = 50
const againMs = 5_000

export type ShownComment = SharedComment & {
  readonly waits?: true
  /** It was refused: why, in the server's words. */
  readonly why?: string
}

export type GuestComments = {
  readonly name: Accessor<string | undefined>
  readonly setName: (name: string) => Promise<void>
  /** The server's comments with what this device has done to them. */
  readonly merged: (comments: readonly SharedComment[]) => readonly ShownComment[]
  /** Each resolves with whether it is on the device. */
  readonly add: (comment: Omit<GuestComment, 'id' | 'name'>) => Promise<boolean>
  readonly edit: (id: PlanCommentId, text: string) => Promise<boolean>
  readonly remove: (id: PlanCommentId) => Promise<boolean>
  /** Tries again what was refused. */
  readonly again: (id: PlanCommentId) => Promise<void>
  /** Forgets what was refused. */
  readonly discard: (id: PlanCommentId) => Promise<void>
  /** Sends what waits, in its order. */
  readonly flush: () => void
  readonly token: () => Promise<string | undefined>
}

/** What a guest writes about one plan: on this device first, then sent, once, whatever breaks in between. Needs an owner. */
export function createGuestComments(deps: {
  readonly planId: PlanId
  readonly store: DeviceStore
  readonly send: GuestPlanLink['send']
  /** The server has something new of ours. */
  readonly onSent: () => void
  readonly newId: () => PlanCommentId
  readonly newToken: () => string
  readonly now: () => number
}): GuestComments {
  const { store } = deps
  const key = `guest-plan/${deps.planId}`
  const [kept, setKept] = createSignal<Kept>()
  let sending = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false
  onCleanup(() => {
    gone = true
    clearTimeout(timer)
  })

  const loaded = store
    .get(key)
    .then((value) => setKept(Kept.safeParse(value).data))
    .catch(() => undefined)
  void loaded.then(() => flush())

  /** Also against other tabs. */
  async function change(to: (now: Kept) => Kept): Promise<boolean> {
    try {
      await store.update(key, (value) => to(Kept.safeParse(value).data ?? { token: deps.newToken(), acts: [] }))
      setKept(Kept.safeParse(await store.get(key)).data)
      return true
    } catch {
      return false
    }
  }

  async function act(made: Act): Promise<boolean> {
    await loaded
    if ((kept()?.acts.length ?? 0) >= maxWaiting) return false
    const done = await change((now) => ({ ...now, acts: [...now.acts, made] }))
    if (done) flush()
    return done
  }

  const settle = (settled: Act, why?: string): Promise<boolean> =>
    change((now) => ({
      ...now,
      acts: now.acts.flatMap((one) => (!isSame(one, settled) ? [one] : why === undefined ? [] : [{ ...one, why }])),
    }))

  function flush(): void {
    clearTimeout(timer)
    if (sending || gone) return
    const next = kept()?.acts.find(({ why }) => why === undefined)
    if (next === undefined) return
    sending = true
    send(next)
      .then(
        () => settle(next),
        (error: unknown) => {
          if (error instanceof RefusedError) return settle(next, error.message)
          timer = setTimeout(flush, againMs)
          return undefined
        },
      )
      .then((isSettled) => {
        sending = false
        if (isSettled === undefined || gone) return
        deps.onSent()
        flush()
      })
      .catch(() => {
        sending = false
      })
  }

  function send(one: Act): Promise<void> {
    switch (one.type) {
      case 'add':
        return deps.send('POST', '/comments', one.comment)
      case 'edit':
        return deps.send('PUT', `/comments/${one.id}`, { text: one.text })
      case 'remove':
        return deps.send('DELETE', `/comments/${one.id}`)
    }
  }

  return {
    name: () => kept()?.name,
    setName: async (name) => void (await change((now) => ({ ...now, name: GuestName.parse(name) }))),
    merged(comments) {
      const acts = kept()?.acts ?? []
      const known = new Set(comments.map(({ id }) => id))
      const changed = comments.flatMap((comment): ShownComment[] => {
        const own = acts.filter((one) => one.type !== 'add' && one.id === comment.id)
        if (own.some(({ type, why }) => type === 'remove' && why === undefined)) return []
        const edit = own.findLast(({ type }) => type === 'edit')
        if (edit?.type !== 'edit') return [comment]
        return [{ ...comment, text: edit.text, waits: true, ...(edit.why === undefined ? {} : { why: edit.why }) }]
      })
      const added = acts.flatMap((one): ShownComment[] => {
        if (one.type !== 'add' || known.has(one.comment.id)) return []
        const { id, name, text, thread, about } = one.comment
        return [
          {
            id,
            text,
            by: { kind: 'guest', name, hue: 1 },
            at: one.at,
            mine: true,
            waits: true,
            ...(thread === undefined ? {} : { thread }),
            ...(about === undefined ? {} : { quote: about.quote }),
            ...(one.why === undefined ? {} : { why: one.why }),
          },
        ]
      })
      return [...changed, ...added]
    },
    async add(comment) {
      const name = kept()?.name
      if (name === undefined) return false
      return await act({ type: 'add', comment: { ...comment, id: deps.newId(), name }, at: deps.now() })
    },
    edit: (id, text) => act({ type: 'edit', id, text }),
    remove: (id) => act({ type: 'remove', id }),
    async again(id) {
      await change((now) => ({
        ...now,
        acts: now.acts.map((one) => (idOf(one) === id ? { ...one, why: undefined } : one)),
      }))
      flush()
    },
    discard: async (id) =>
      void (await change((now) => ({
        ...now,
        acts: now.acts.filter((one) => idOf(one) !== id || one.why === undefined),
      }))),
    flush,
    async token() {
      await loaded
      return kept()?.token
    },
  }
}

function idOf(act: Act): PlanCommentId {
  return act.type === 'add' ? act.comment.id : act.id
}

function isSame(a: Act, b: Act): boolean {
  return a.type === b.type && idOf(a) === idOf(b) && (a.type !== 'edit' || b.type !== 'edit' || a.text === b.text)
}
