import { createSignal } from 'solid-js'
import { afterEach, expect, test, vi } from 'vitest'
import type { Artifact } from '#shared/domain/transcript.ts'
import { ArtifactId } from '#shared/ids.ts'
import { billingRun } from '../../../dev/run-seed.ts'
import { settled, stage, type Stage } from '../../../dev/run-stage.tsx'
import { Artifacts } from './artifacts.tsx'

let on: Stage | undefined
afterEach(() => {
  on?.close()
  vi.unstubAllGlobals()
})

const pull: Artifact = {
  id: ArtifactId.parse('pr'),
  kind: 'pull_request',
  title: '#7 Retry once',
  detail: 'app',
  url: 'https://github.com/acme/app/pull/7',
  pull: { state: 'open', checks: 'failing' },
  at: 1,
}

test('a pull request says how it stands, is looked at once when it is shown, and no more once it is merged', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string, init?: RequestInit) => {
    asked.push(`${init?.method ?? 'GET'} ${path}`)
    return Response.json({ looked: 1, problems: [] })
  })
  const [shown, setShown] = createSignal<readonly Artifact[]>([pull])
  on = stage(() => <Artifacts artifacts={shown()} />)
  await settled()
  expect(on.root.textContent).toContain('app · Open · checks fail')
  expect(asked).toEqual([`POST /api/v1/runs/${billingRun}/pull_requests/refresh`])
  setShown([{ ...pull, pull: { state: 'merged', at: Date.now() } }])
  await settled()
  expect(on.root.textContent).toContain('app · Merged')
  on.close()
  on = stage(() => <Artifacts artifacts={shown()} />)
  await settled()
  expect(asked).toHaveLength(1)
})
