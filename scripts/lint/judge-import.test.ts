import { expect, test } from 'vitest'
import { judgeImport, respell } from './judge-import.ts'

test.each([
  ['sync/server/pull.ts', '../core/keys.ts', '#sync/core/keys.ts'],
  ['server/a/b.ts', '../../shared/ids.ts', '#shared/ids.ts'],
  ['server/a/b.test.ts', '../../test/db.ts', '#test/db.ts'],
  ['server/a/b.ts', '#server/c.ts', '../c.ts'],
  ['server/a/b.ts', '#server/a/c.ts', './c.ts'],
])('%s spells %s as %s', (from, wrong, right) => {
  expect([respell(from, wrong), judgeImport(from, right)]).toEqual([right, undefined])
})

test.each([
  ['web/features/runs/list.tsx', '../../ui/button.tsx'],
  ['web/features/runs/list.tsx', './row.tsx'],
  ['web/ui/time.tsx', '../state/clock.ts'],
  ['web/main.tsx', './features/runs/list.tsx'],
  ['web/features/runs/list.tsx', '#sync/client/workspace.ts'],
  ['web/features/runs/list.dom.test.tsx', '#server/app.ts'],
  ['server/db/a.ts', 'node:fs'],
  ['server/db/a.ts', 'pg'],
  ['shared/ids.ts', 'zod'],
  ['sync/core/plan.ts', 'yjs'],
  ['test/walls/walls.test.ts', '../../scripts/lint/rooms.ts'],
])('%s may import %s', (from, specifier) => {
  expect([judgeImport(from, specifier), respell(from, specifier)]).toEqual([undefined, undefined])
})
