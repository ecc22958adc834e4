import { expect, test } from 'vitest'
import { ArtifactId, PlanId } from '../ids.ts'
import { ArtifactItem, artifactItem } from './artifact-item.ts'
import type { Artifact } from './transcript.ts'

const one = (more: Partial<Artifact>): Artifact => ({
  id: ArtifactId.parse('a'),
  kind: 'link',
  title: 'Retry once',
  at: 0,
  ...more,
})
const url = 'https://github.com/acme/app/pull/7'

test.each([
  [one({ kind: 'pull_request', url, branch: 'drover/retry' }), 'PULL_REQUEST', { url, branch: 'drover/retry' }],
  [one({ planId: PlanId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2a') }), 'PLAN', { title: 'Retry once' }],
  [
    one({ kind: 'file', title: 'out/a.txt', bytes: 3 }),
    'FILE',
    { filename: 'a.txt', filepath: 'out/a.txt', size_bytes: 3 },
  ],
  [one({ kind: 'diff' }), 'FILE', { filename: 'changes.diff' }],
  [one({ kind: 'branch', url }), 'EXTERNAL_REFERENCE', { reference_type: 'branch', url }],
])('%o is told as %s', (artifact, type, data) => {
  const item = artifactItem(artifact)
  expect(ArtifactItem.parse(item)).toEqual(item)
  expect(item).toMatchObject({ artifact_type: type, created_at: '1970-01-01T00:00:00.000Z', data })
})

test('a commit that is only on its machine is told nobody outside', () => {
  expect(artifactItem(one({ kind: 'commit' }))).toBeUndefined()
})
