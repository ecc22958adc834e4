import { z } from 'zod'
import { PlanId } from '#shared/ids.ts'
import { fetchAs, type Session } from './session.ts'

/** A plan of this text, made by REST. */
export async function importPlan(session: Session, title: string, markdown: string): Promise<PlanId> {
  const answered = await fetchAs(session)('/api/v1/plans', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title, markdown }),
  })
  return z
    .object({ planId: PlanId })
    .or(z.object({ id: PlanId }).transform(({ id }) => ({ planId: id })))
    .parse(await answered.json()).planId
}
