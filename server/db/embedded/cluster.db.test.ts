import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startOwner } from '#test/fixtures/db-owner-process.ts'
import type { Database } from '../database.ts'
import { connectDatabase } from '../database.ts'
import { databaseAccount, runAs } from './account.ts'
import { installedPackage, usableBinaries } from './binaries.ts'
import type { EmbeddedCluster } from './cluster.ts'
import { openCluster, runningCluster } from './cluster.ts'
import { isAlive } from './postmaster.ts'

const isRoot = process.getuid?.() === 0
let root: string
let dataDir: string
const opened: Database[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'drover-db-'))
  chmodSync(root, 0o711)
  dataDir = root
})
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close()
  rmSync(root, { recursive: true, force: true })
})

describe('the embedded PostgreSQL', () => {
  test('is created, keeps its data, and is stopped at the end', async () => {
    const first = await open()
    expect(first.cluster.opened).toBe('created')
    await first.db.query('create table kept (n int)')
    await first.db.query('insert into kept values (1)')
    const pid = first.cluster.pid()
    await first.db.close()
    expect(await isAlive(pid)).toBe(false)

    const second = await open()
    expect(second.cluster.opened).toBe('started')
    expect(await second.db.query('select n from kept')).toEqual([{ n: 1 }])
  })

  test('is durable, local, and sorts text by code point', async () => {
    const { db } = await open()
    const [settings] =
      await db.query(`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('listen_addresses') as tcp,
      current_setting('server_encoding') as encoding, (select array_agg(t order by t) from unnest(array['b', 'a', 'B', 'ä', 'Z']) t) as sorted`)
    expect(settings).toEqual({
      fsync: 'on',
      commit: 'on',
      tcp: '',
      encoding: 'UTF8',
      sorted: ['B', 'Z', 'a', 'b', 'ä'],
    })
    expect(lstatSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700)
    // As root, the group of PostgreSQL's user may pass through the folder, and nobody else.
    const { mode, gid } = lstatSync(dataDir)
    const wanted = isRoot ? { mode: 0o710, gid: (await databaseAccount(0))?.gid } : { mode: 0o700, gid }
    expect({ mode: mode & 0o777, gid }).toEqual(wanted)
  })

  test('is adopted when its server was killed', async () => {
    const owner = startOwner(dataDir, 'insert')
    const pid = Number((await owner.line('open')).split(' ')[1])
    await owner.line('ack')
    await owner.end('SIGKILL')
    const acknowledged = owner.lines.filter((line) => line.startsWith('ack')).length

    const { cluster, db } = await open()
    expect([cluster.opened, cluster.pid()]).toEqual(['adopted', pid])
    const [row] = await db.query<{ n: number }>('select count(*) as n from acknowledged')
    expect(row?.n).toBeGreaterThanOrEqual(acknowledged)
    await db.close()
    expect(await isAlive(pid)).toBe(false)
  })

  test('starts when its pid file names a process that is somebody else now', async () => {
    const owner = startOwner(dataDir)
    const pid = Number((await owner.line('open')).split(' ')[1])
    await owner.end('SIGKILL')
    process.kill(pid, 'SIGKILL')
    const stranger = spawn('sleep', ['600'], { ...(await databaseAccount(process.getuid?.())) })
    onTestFinished(() => void stranger.kill())
    const pidFile = join(dataDir, 'postgres/data/postmaster.pid')
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, String(stranger.pid)))

    const { cluster, db } = await open()
    expect(cluster.opened).toBe('started')
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }])
    expect(stranger.exitCode).toBeNull()
  })

  test('begins anew when it was killed while it was being created', async () => {
    mkdirSync(join(dataDir, 'postgres/data.unfinished/base'), { recursive: true })
    const { cluster } = await open()
    expect(cluster.opened).toBe('created')
  })

  test('comes back by itself when its process is killed', async () => {
    const notices: string[] = []
    let back: () => void
    const isBack = new Promise<void>((resolve) => (back = resolve))
    const { cluster, db } = await open((notice) => {
      notices.push(notice)
      if (notice.includes('running again')) back()
    })
    await db.query('create table kept as select 1 as n')
    const pid = cluster.pid()
    process.kill(pid, 'SIGKILL')
    await isBack
    expect(await db.query('select n from kept')).toEqual([{ n: 1 }])
    expect(cluster.pid()).not.toBe(pid)
    expect(notices[0]).toBe(`The database process ${pid} ended unexpectedly; starting it again.`)
  })

  test('works in a folder too deep for a Unix socket, and leaves no socket folder behind', async () => {
    dataDir = join(dataDir, ...Array.from({ length: 6 }, () => 'a-folder-with-a-long-name'))
    const { cluster, db } = await open()
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }])
    expect(cluster.address.host).toMatch(/\/drover-pg-\w{6}$/)
    expect(lstatSync(cluster.address.host).mode & 0o777).toBe(0o700)
    await db.close()
    expect(existsSync(cluster.address.host)).toBe(false)
  })

  test('refuses a folder made by another major version', async () => {
    const { db } = await open()
    await db.close()
    writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '17\n')
    await expect(open()).rejects.toMatchObject({
      code: 'data_dir_unusable',
      message: expect.stringMatching(/PostgreSQL 17.*brings PostgreSQL 18.*drover db backup/),
    })
  })

  test('is found by other commands while it runs, without being taken over', async () => {
    expect(await runningCluster(dataDir)).toBeUndefined()
    const { cluster } = await open()
    expect(await runningCluster(dataDir)).toEqual(cluster.address)
  })
})

describe('the lock on a data folder', () => {
  test('refuses a second server with a sentence that says who has it', async () => {
    const owner = startOwner(dataDir)
    await owner.line('open')
    await expect(open()).rejects.toMatchObject({
      code: 'data_dir_in_use',
      message: `Another Drover server (process ${owner.process.pid}) already uses the data folder ${dataDir}. Stop it, or choose another folder with DROVER_DATA_DIR.`,
    })
    await owner.end('SIGTERM')
    await open()
    await expect(open()).rejects.toMatchObject({ code: 'data_dir_in_use' })
  })

  test('lets exactly one of several that start at once through', async () => {
    const owners = Array.from({ length: 4 }, () => startOwner(dataDir))
    const outcomes = await Promise.all(
      owners.map((owner) => Promise.any([owner.line('open').then(() => 'open'), ended(owner)])),
    )
    for (const owner of owners) if (owner.process.exitCode === null) await owner.end('SIGTERM')
    expect(outcomes.toSorted()).toEqual(['open', 'refused', 'refused', 'refused'])
    for (const owner of owners)
      if (!owner.lines.some((line) => line.startsWith('open')))
        expect(owner.lines[0]).toContain('refused data_dir_in_use')
  })

  test('is not fooled by what a dead server left behind', async () => {
    writeFileSync(join(dataDir, 'server.pid'), `${process.pid}\n`)
    writeFileSync(join(dataDir, 'server.lock'), '')
    await expect(open()).resolves.toBeDefined()
  })
})

describe.skipIf(!isRoot)('as root (skipped for other users)', () => {
  test('PostgreSQL runs as another user, also below a home that only root may enter', async () => {
    const closed = join(dataDir, 'home')
    mkdirSync(closed, { mode: 0o700 })
    dataDir = join(closed, 'drover')
    const { cluster, db } = await open()
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }])
    expect(lstatSync(`/proc/${cluster.pid()}`).uid).not.toBe(0)
    const outside = readlinkSync(join(dataDir, 'postgres'))
    onTestFinished(() => rmSync(outside, { recursive: true }))
    expect(outside).toMatch(/^\/var\/lib\/drover\/postgres-/)
    await db.close()

    const again = await open()
    expect(again.cluster.opened).toBe('started')
  })

  test('a database whose folder elsewhere is gone is not replaced by an empty one', async () => {
    mkdirSync(dataDir, { recursive: true })
    symlinkSync('/var/lib/drover/postgres-gone', join(dataDir, 'postgres'))
    await expect(open()).rejects.toMatchObject({
      code: 'data_dir_unusable',
      message: expect.stringContaining('which is missing'),
    })
  })

  test('programs that the other user cannot reach, without their library links, run from a copy', async () => {
    const closed = join(dataDir, 'checkout')
    mkdirSync(closed, { mode: 0o700 })
    await cp(installedPackage(), closed, {
      recursive: true,
      filter: (path) => !path.endsWith('.a') && !lstatSync(path).isSymbolicLink(),
    })
    chmodSync(dataDir, 0o711)
    const account = await databaseAccount(0)
    const home = join(dataDir, 'postgres')
    mkdirSync(home, { mode: 0o700 })
    if (account) chownSync(home, account.uid, account.gid)
    const binaries = await usableBinaries(home, account, closed)
    expect(binaries.postgres.startsWith(`${home}/postgresql-18`)).toBe(true)
    expect((await runAs(account, binaries.initdb, ['--version'])).stdout).toContain('18')
  })

  test('data that root restored is given back to the other user', async () => {
    const { db } = await open()
    await db.close()
    for (const path of ['postgres/data/PG_VERSION', 'postgres/data', 'postgres']) chownSync(join(dataDir, path), 0, 0)
    await expect(open()).resolves.toBeDefined()
  })

  test('an ordinary user needs none of this', async () => {
    chownSync(dataDir, 65_534, 65_534)
    const owner = startOwner(dataDir, 'insert', { uid: 65_534, gid: 65_534 })
    await owner.line('open')
    await owner.line('ack')
    await owner.end('SIGTERM')
    expect(owner.process.exitCode).toBe(0)

    // Root leaves the data with its owner.
    const { cluster, db } = await open()
    expect(lstatSync(`/proc/${cluster.pid()}`).uid).toBe(65_534)
    await db.close()
    expect(lstatSync(join(dataDir, 'postgres/data/PG_VERSION')).uid).toBe(65_534)
  })

  test('the database of somebody else is refused with a sentence', async () => {
    mkdirSync(join(dataDir, 'postgres'), { mode: 0o700 })
    chownSync(dataDir, 65_534, 65_534)
    const owner = startOwner(dataDir, 'hold', { uid: 65_534, gid: 65_534 })
    expect(await owner.line('refused')).toContain('belongs to another user. Start Drover as that user')
  })
})

/** Opens the database of the test's folder; closed with the test. */
async function open(onNotice?: (message: string) => void): Promise<{ cluster: EmbeddedCluster; db: Database }> {
  const cluster = await openCluster({ dataDir, onNotice })
  const db = connectDatabase({ kind: 'embedded', address: cluster.address }, {}, cluster)
  opened.push(db)
  return { cluster, db }
}

async function ended(owner: ReturnType<typeof startOwner>): Promise<string> {
  await new Promise((resolve) => owner.process.once('exit', resolve))
  return owner.lines.some((line) => line.startsWith('refused')) ? 'refused' : 'ended'
}
