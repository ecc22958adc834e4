import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { Day, daysBetween } from '#shared/domain/usage-day.ts'
import { refusal } from '#shared/refusal.ts'
import { usageCsv } from '../costs/usage-csv.ts'
import { usageGroups, usageLinesLimit, type UsageStore } from '../costs/usage-store.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'

export type UsageRoutesDeps = { readonly usage: Pick<UsageStore, 'lines'> }

/** The longest period of one question. */
const mostDays = 3660

const RealDay = Day.refine(
  (day) => !Number.isNaN(Date.parse(`${day}T00:00:00Z`)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day),
)
const UsageQuery = z.object({
  from: RealDay,
  to: RealDay,
  group: z
    .string()
    .max(60)
    .default('day')
    .transform((text) => [...new Set(text.split(',').filter((one) => one !== ''))])
    .pipe(z.array(z.enum(usageGroups)).max(usageGroups.length)),
  format: z.enum(['json', 'csv']).default('json'),
})

/** What the team's runs used, also long ago: the synced rows hold the last 90 days. */
export function usageRoutes({ usage }: UsageRoutesDeps): Hono<Environment> {
  return new Hono<Environment>().get('/usage', async (c) => {
    const asked = UsageQuery.safeParse(c.req.query())
    if (!asked.success) return wrong(c)
    const { from, to, group, format } = asked.data
    if (from > to) return refuse(c, refusal('invalid', '“from” must not be after “to”.'))
    if (daysBetween(from, to).length > mostDays)
      return refuse(c, refusal('too_large', `A period has at most ${mostDays} days.`))
    const lines = await usage.lines(c.var.actor.teamId, { from, to, groups: group })
    if (lines.length > usageLinesLimit)
      return refuse(
        c,
        refusal('too_large', `More than ${usageLinesLimit} lines. Ask for a shorter period, or group by less.`),
      )
    if (format === 'json') return c.json({ from, to, group, lines })
    return c.body(usageCsv(group, lines), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="drover-usage-${from}-${to}.csv"`,
      'cache-control': 'no-store',
    })
  })
}

function wrong(c: Context): Response {
  return refuse(
    c,
    refusal(
      'invalid',
      `“from” and “to” are days such as 2026-11-26, “group” any of ${usageGroups.join(', ')}, “format” json or csv.`,
    ),
  )
}
