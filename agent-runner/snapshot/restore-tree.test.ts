import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { changeTree, makeTree, readTree } from '#test/fakes/random-tree.ts'
import { openSnapshotPlace } from '#test/fakes/snapshot-pair.ts'
import { seeded } from '#test/seed.ts'
import { makePatch } from './patch.ts'
import { restoreTree } from './restore-tree.ts'

test('random trees come back byte by byte: renames, modes, links, binary files, odd names, untracked ones', async () => {
  const { seed } = seeded()
  for (let round = 0; round < 5; round++) {
    const random = seeded(seed + round)
    const place = await openSnapshotPlace((origin) => makeTree(origin, random, 60))
    try {
      const there = await place.clone()
      await changeTree(there.workspace, random, 60)
      const state = await there.changes.state()
      const { base = '', tree: to = '' } = state ?? {}
      const { patch, tree } = await makePatch(there.changes.store, {
        from: base,
        to,
        index: join(there.folder, 'index'),
      })
      const here = await place.clone()
      await writeFile(join(here.workspace, 'made by a set-up'), 'It gives way.')
      const restored = await restoreTree(
        here.changes,
        { base, tree, patch },
        { folder: here.folder, workspace: here.workspace, seenAs: '/workspace' },
      )
      expect({ ...restored, left: state?.left }).toMatchObject({ failed: [], exact: true })
      expect(await readTree(here.workspace)).toEqual(await readTree(there.workspace))
    } finally {
      await place.remove()
    }
  }
}, 60_000)
