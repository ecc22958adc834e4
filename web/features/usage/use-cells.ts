import { createMemo, createResource } from 'solid-js'
import { z } from 'zod'
import { Day, UsageDay, UsageSums, dayBefore, usageDaysKept, utcDay } from '#shared/domain/usage-day.ts'
import { UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { request } from '../../state/account-api.ts'
import { createRows } from '../../state/rows.ts'
import { useWorkspace } from '../../state/workspace.ts'
import type { DayCell, Range } from './usage-model.ts'

const Answer = z.object({
  lines: z.array(
    UsageSums.extend({ day: Day, person: UserId, agent: z.string(), model: z.string(), sandbox: z.string() }),
  ),
})

/** What was used in a period: from this device where that knows all its days, else from the server. */
export function useCells(range: () => Range | undefined) {
  const days = createRows(useWorkspace(), keys.usageDays, UsageDay)
  const isOlder = () => (range()?.from ?? '9') < dayBefore(utcDay(Date.now()), usageDaysKept)
  const asked = () => {
    const wanted = range()
    return wanted === undefined || !isOlder()
      ? undefined
      : `/usage?from=${wanted.from}&to=${wanted.to}&group=day,person,agent,model,sandbox`
  }
  const [answer, { refetch }] = createResource(asked, (path) => request(Answer, 'GET', path))
  const fromServer = createMemo((): readonly DayCell[] | undefined => {
    const known = answer()
    if (known === undefined || !known.ok) return undefined
    return known.value.lines.map(({ person, agent, ...line }) => ({ ...line, userId: person, harness: agent }))
  })
  const fromDevice = createMemo((): readonly DayCell[] => {
    const wanted = range()
    if (wanted === undefined) return []
    return days
      .all()
      .filter(({ day }) => day >= wanted.from && day <= wanted.to)
      .flatMap(({ day, cells }) => cells.map((cell) => ({ ...cell, day })))
  })
  return {
    /** `undefined`: not known yet, or not at all. */
    cells: () => (isOlder() ? fromServer() : days.loaded() ? fromDevice() : undefined),
    isOlder,
    problem: () => {
      const known = answer()
      return isOlder() && known !== undefined && !known.ok ? known.error : undefined
    },
    again: () => void refetch(),
  }
}
