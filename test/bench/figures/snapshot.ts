import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { appendFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { getContent, putContent } from '#agent-runner/snapshot/content.ts'
import { makePatch } from '#agent-runner/snapshot/patch.ts'
import { restoreTree } from '#agent-runner/snapshot/restore-tree.ts'
import { inheritedEnvironment } from '#server/config.ts'
import { BlobHash } from '#shared/ids.ts'
import type { Pieces } from '#shared/domain/snapshot.ts'
import { changeTree, makeTree, readTree } from '../../fakes/random-tree.ts'
import { openSnapshotPlace, type SnapshotPlace } from '../../fakes/snapshot-pair.ts'
import { seeded, type Seeded } from '../../seed.ts'
import { measured, single, type Figure, type Row } from '../lib/figure.ts'

type Workspace = Awaited<ReturnType<SnapshotPlace['clone']>>
type Saved = { base: string; tree: string; patch: Pieces }

const limit = 1_000_000_000

/** A workspace saved and brought back, beside what Git itself takes for its part of it. */
export const figure: Figure = {
  name: 'snapshot',
  about: 'a repository of 10,000 files with 100 changed, saved and restored, and random trees byte by byte',
  async run({ quick, seed, cycles, say }) {
    const random = seeded(seed)
    const kept = new Map<string, Uint8Array>()
    const saves: number[] = []
    const gitSaves: number[] = []
    const restores: number[] = []
    const gitRestores: number[] = []
    const ratios: number[] = []
    const place = await openSnapshotPlace((origin) => fill(origin, quick ? 500 : 10_000))
    try {
      for (let round = 0; round < (quick ? 1 : 5); round++) {
        const there = await place.clone()
        await change(there.workspace, random)
        let began = performance.now()
        const saved = await save(there, kept)
        saves.push(performance.now() - began)
        began = performance.now()
        const diff = gitDiff(there.workspace)
        gitSaves.push(performance.now() - began)
        ratios.push(saved.patch.bytes / gzipSync(diff, { level: 9 }).byteLength)
        const here = await place.clone()
        began = performance.now()
        const { exact } = await restore(here, saved, kept)
        restores.push(performance.now() - began)
        if (!exact || !same(await readTree(there.workspace), await readTree(here.workspace)))
          throw new Error('the restored workspace is another one')
        const other = await place.clone()
        began = performance.now()
        execFileSync('git', ['apply', '--whitespace=nowarn'], { cwd: other.workspace, input: diff })
        gitRestores.push(performance.now() - began)
        for (const { folder } of [there, here, other]) await rm(folder, { recursive: true })
      }
    } finally {
      await place.remove()
    }
    const [save1, restore1, ratio] = [measured(saves), measured(restores), measured(ratios)]
    const trees = cycles ?? (quick ? 5 : 200)
    const exact = await exactTrees(trees, random.seed, say)
    const rows: Row[] = [
      {
        what: 'snapshot: 100 of 10,000 files changed',
        unit: 'ms',
        ours: save1,
        beside: { what: 'git add, git diff --binary', measured: measured(gitSaves) },
        target: { text: 'p99 ≤ 1000', met: save1.p99 <= 1000 },
      },
      {
        what: 'its size, as a part of git diff --binary | gzip -9',
        unit: '×',
        ours: ratio,
        target: { text: '≤ 1.2', met: ratio.p99 <= 1.2 },
      },
      {
        what: 'restore',
        unit: 'ms',
        ours: restore1,
        beside: { what: 'git apply', measured: measured(gitRestores) },
        target: { text: 'p99 ≤ 1000', met: restore1.p99 <= 1000 },
      },
      {
        what: `random trees that came back byte by byte, of ${trees}`,
        unit: 'trees',
        ours: single(exact),
        target: { text: `${trees}`, met: exact === trees },
      },
    ]
    return rows
  },
}

async function save(there: Workspace, kept: Map<string, Uint8Array>): Promise<Saved> {
  const state = await there.changes.state()
  const { base = '', tree: to = '' } = state ?? {}
  const { patch, tree } = await makePatch(there.changes.store, { from: base, to, index: join(there.folder, 'index') })
  const pieces = await putContent(patch, async (piece) => {
    const hash = BlobHash.parse(createHash('sha256').update(piece).digest('hex'))
    kept.set(hash, piece)
    return hash
  })
  if (pieces === undefined) throw new Error('the content could not be kept')
  return { base, tree, patch: pieces }
}

async function restore(here: Workspace, { base, tree, patch }: Saved, kept: ReadonlyMap<string, Uint8Array>) {
  const content = await getContent(patch, async (hash) => kept.get(hash) ?? Buffer.alloc(0), limit)
  const at = { folder: here.folder, workspace: here.workspace, seenAs: '/workspace' }
  return restoreTree(here.changes, { base, tree, patch: content }, at)
}

async function exactTrees(count: number, seed: number, say: (line: string) => void): Promise<number> {
  let exact = 0
  for (let n = 0; n < count; n++) {
    const random = seeded(seed + n)
    const place = await openSnapshotPlace((origin) => makeTree(origin, random, 40))
    try {
      const there = await place.clone()
      await changeTree(there.workspace, random, 40)
      const kept = new Map<string, Uint8Array>()
      const saved = await save(there, kept)
      const here = await place.clone()
      const restored = await restore(here, saved, kept)
      if (restored.exact && same(await readTree(there.workspace), await readTree(here.workspace))) exact += 1
      else say(`  seed ${seed + n} did not come back: ${JSON.stringify(restored.failed)}`)
    } finally {
      await place.remove()
    }
  }
  return exact
}

const same = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  JSON.stringify([...a]) === JSON.stringify([...b])

async function fill(origin: string, files: number): Promise<void> {
  for (let n = 0; n < files; n++) {
    const folder = join(origin, `src/${Math.floor(n / 50)}`)
    if (n % 50 === 0) await mkdir(folder, { recursive: true })
    const lines = Array.from(
      { length: 60 },
      (_, line) => `export const value${line} = ${(n * 7919 + line * 104_729) % 99_991}`,
    )
    await writeFile(join(folder, `${n}.ts`), `${lines.join('\n')}\n`)
  }
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', ...args], {
      cwd: origin,
      stdio: 'ignore',
    })
  }
  git('init', '-b', 'main')
  git('add', '-A')
  git('commit', '-m', 'first')
}

/** 80 files edited, 10 new, 5 moved, 5 deleted. */
async function change(root: string, random: Seeded): Promise<void> {
  const paths = (await readdir(join(root, 'src'), { recursive: true }))
    .filter((path) => path.endsWith('.ts'))
    .toSorted()
  const chosen = new Set<string>()
  while (chosen.size < 90) chosen.add(paths[random.below(paths.length)] ?? '')
  for (const [index, path] of [...chosen].entries()) {
    const full = join(root, 'src', path)
    if (index < 80) await appendFile(full, `// edited ${random.below(1_000_000)}\n`.repeat(1 + random.below(20)))
    else if (index < 85) await rename(full, `${full}.moved`)
    else await rm(full)
  }
  for (let n = 0; n < 10; n++) {
    const content = Buffer.from(Array.from({ length: 4000 }, () => random.below(n === 0 ? 256 : 64) + 32))
    await writeFile(join(root, `new ${n}.txt`), content)
  }
}

/** What Git itself makes of it, in an index of its own. */
function gitDiff(workspace: string): Buffer {
  const env = { ...inheritedEnvironment(), GIT_INDEX_FILE: join(workspace, '../bench-index') }
  const git = (...args: string[]): Buffer => execFileSync('git', args, { cwd: workspace, env, maxBuffer: limit })
  git('read-tree', 'HEAD')
  git('add', '-A')
  return git('diff', '--cached', '--binary', '--full-index', 'HEAD')
}
