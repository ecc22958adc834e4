import { expect, test } from 'vitest'
import type { Artifact } from '#shared/domain/transcript.ts'
import { PlanId, RunId } from '#shared/ids.ts'
import type { McpHost } from '../plan-tools/mcp-host.ts'
import { waysHere } from '../sandbox/own-files.ts'
import { openPlanTools } from './plan-tools.ts'

const runId = RunId.parse('0192f0e4-0000-7000-8000-000000000001')
const planId = PlanId.parse('0192f0e4-0000-7000-8000-000000000002')
const tools = { offer: () => ({ name: 'drover', command: 'x', args: [], env: [] }), close: () => undefined }

async function open(given: { takesTools?: boolean; open?: McpHost['open'] | null } = {}) {
  const notices: string[] = []
  const shown: Artifact[] = []
  const opened = await openPlanTools(
    {
      runId,
      planTools: () => (given.open === null ? undefined : { open: given.open ?? (async () => tools) }),
      clock: { now: () => 7 },
      transcript: { notice: (_level, text) => notices.push(text) },
      results: { show: (artifact) => shown.push(artifact) },
    },
    {
      declaration: {
        name: 'OpenCode',
        quirks: { hearsDenials: false, rulesApply: true, takesTools: given.takesTools ?? true },
      },
      ways: waysHere,
    },
  )
  return { opened, notices, shown }
}

test('a harness that takes tools gets them, and what it makes is shown', async () => {
  const { opened, notices, shown } = await open({
    async open(_runId, onMade) {
      onMade({ planId, title: '' })
      return tools
    },
  })
  expect([opened, notices]).toEqual([tools, []])
  expect(shown).toEqual([{ id: `plan-${planId}`, kind: 'link', title: 'Untitled plan', detail: 'Plan', planId, at: 7 }])
})

test('a harness that takes none, or whose server has none, gets none and hears nothing of it', async () => {
  expect(await open({ takesTools: false })).toEqual({ opened: undefined, notices: [], shown: [] })
  expect(await open({ open: null })).toEqual({ opened: undefined, notices: [], shown: [] })
})

test('what keeps them from being opened is said, and the run goes on', async () => {
  const { opened, notices } = await open({ open: () => Promise.reject(new Error('no port is free')) })
  expect([opened, notices]).toEqual([undefined, ['OpenCode has no tools for plans this time.']])
})
