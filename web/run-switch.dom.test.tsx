import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { assert } from '#shared/assert.ts'
import { Run } from '#shared/domain/run.ts'
import { closeApp, openApp, shown, stubLayout, type } from './dev/app-stage.tsx'

vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

beforeEach(stubLayout)
afterEach(() => {
  closeApp()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const box = () => shown('form > textarea')[0] as HTMLTextAreaElement | undefined

test('what is half written to one run is still there after a visit to another, whose box is its own', async () => {
  const { router, workspace } = await openApp('/runs')
  const [first, second] = [...workspace.rows.values()]
    .flatMap((row) => Run.safeParse(row).data ?? [])
    .filter((run) => run.state === 'INPROGRESS')
    .map((run) => run.id)
  assert(first !== undefined && second !== undefined, 'the stage has two runs at work')
  const visit = async (runId: string): Promise<void> => {
    await router.navigate({ to: '/runs/$runId', params: { runId } })
    await until(() => expect(box()?.disabled).toBe(false))
  }
  await visit(first)
  type(box(), 'Half a thought for the first')
  await visit(second)
  await until(() => expect(box()?.value).toBe(''))
  type(box(), 'Another for the second')
  await visit(first)
  await until(() => expect(box()?.value).toBe('Half a thought for the first'))
  await visit(second)
  await until(() => expect(box()?.value).toBe('Another for the second'))
})
