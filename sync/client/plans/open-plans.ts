import type { PlanId } from '#shared/ids.ts'
import type { LivePlan, LivePlanDeps } from './live-plan.ts'
import type { PlanDocument } from './plan-document.ts'

export type OpenPlansDeps = Omit<LivePlanDeps, 'planId' | 'isOnItsWay' | 'rowAt' | 'onAgreed'> & {
  readonly rowAt: (planId: PlanId) => number | undefined
  readonly onAgreed: (planId: PlanId, rowAt: number) => void
  readonly onEnded: () => void
  readonly isOnItsWay: (planId: PlanId) => boolean
  readonly unlessClosed: (error: unknown) => void
}

type Opened = { users: number; readonly plan: Promise<LivePlan> }

/** The documents that are open in this page, each of them once. */
export function createOpenPlans(deps: OpenPlansDeps) {
  const opened = new Map<PlanId, Opened>()
  /** Documents that end: the same plan is opened again only after that, so that it finds on the disk what was written. */
  const ending = new Map<PlanId, Promise<void>>()
  let closed = false

  async function start(planId: PlanId): Promise<LivePlan> {
    // Yjs and what belongs to it are no part of the app's first load.
    const [{ openLivePlan }] = await Promise.all([import('./live-plan.ts'), ending.get(planId)])
    return openLivePlan({
      ...deps,
      planId,
      isOnItsWay: () => deps.isOnItsWay(planId),
      rowAt: () => deps.rowAt(planId),
      onAgreed: (at) => deps.onAgreed(planId, at),
    })
  }

  function use(planId: PlanId): Opened {
    const known = opened.get(planId)
    if (known !== undefined) {
      known.users++
      return known
    }
    const fresh: Opened = { users: 1, plan: start(planId) }
    opened.set(planId, fresh)
    // What could not be opened is tried anew by the next one who asks.
    fresh.plan.catch(() => forget(planId, fresh))
    return fresh
  }

  function forget(planId: PlanId, one: Opened): void {
    if (opened.get(planId) === one) opened.delete(planId)
  }

  /** The last one ends it: at once where there is no connection, else when the server has stored everything. */
  async function release(planId: PlanId, one: Opened): Promise<void> {
    if (--one.users > 0) return
    const plan = await one.plan
    await plan.until(
      ({ connection, stored, refused }) =>
        stored || (connection !== 'online' && connection !== 'polling') || refused !== undefined,
    )
    if (one.users === 0) await end(planId, one)
  }

  function end(planId: PlanId, one: Opened): Promise<void> {
    if (opened.get(planId) !== one) return ending.get(planId) ?? Promise.resolve()
    opened.delete(planId)
    const ended = one.plan
      .then((plan) => plan.close())
      .catch(deps.unlessClosed)
      .finally(() => {
        if (ending.get(planId) === ended) ending.delete(planId)
        deps.onEnded()
      })
    ending.set(planId, ended)
    return ended
  }

  return {
    async open(planId: PlanId): Promise<PlanDocument> {
      if (closed) throw new Error('the workspace is closed')
      const one = use(planId)
      const plan = await one.plan
      let isOpen = true
      return {
        planId,
        doc: plan.doc,
        awareness: plan.awareness,
        subscribeState: plan.subscribeState,
        close() {
          if (!isOpen) return
          isOpen = false
          release(planId, one).catch(deps.unlessClosed)
        },
      }
    },
    /** Has it open while `act` lasts. */
    async using<T>(planId: PlanId, act: (plan: LivePlan) => T | Promise<T>): Promise<T> {
      const one = use(planId)
      try {
        return await act(await one.plan)
      } finally {
        release(planId, one).catch(deps.unlessClosed)
      }
    },
    /** Closes it whoever has it open: its document takes nothing more. Resolves when it is closed. */
    async end(planId: PlanId): Promise<void> {
      const one = opened.get(planId)
      await (one === undefined ? ending.get(planId) : end(planId, one))
    },
    /** Says to each connection that is open what has happened. */
    tell(what: 'wake' | 'doubt' | 'roleChanged' | 'lookForRow'): void {
      for (const { plan } of opened.values())
        plan.then(
          ({ connection }) => connection?.[what](),
          () => undefined,
        )
    },
    isOpen: (planId: PlanId): boolean => opened.has(planId),
    async close(): Promise<void> {
      closed = true
      for (const [planId, one] of opened) void end(planId, one)
      await Promise.all(ending.values())
    },
  }
}

export type OpenPlans = ReturnType<typeof createOpenPlans>
