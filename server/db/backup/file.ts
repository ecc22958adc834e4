import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { z } from 'zod'
import { syncFolder } from '../sync-folder.ts'

/**
 * A backup is one gzip file of JSON lines:
 *
 *   {"drover":"backup","format":1,"createdAt":…,"migrations":[{"version":1,"name":"0001_auth","checksum":"…"}, …]}
 *   {"table":"user","columns":["id","name"]}      then each row as an array of PostgreSQL's own text of its values, or null:
 *   ["u1","Ada"]
 *   {"sequence":"run_transition_id_seq","lastValue":"7","called":true}
 *   {"end":true,"rows":1,"sha256":"…"}            the digest of all bytes before this line
 *
 * PostgreSQL's text form keeps every type exactly, so the same file fits every driver and newer major versions.
 */
export const FORMAT = 1

export const Header = z.object({
  drover: z.literal('backup'),
  format: z.int(),
  createdAt: z.int(),
  migrations: z.array(z.object({ version: z.int(), name: z.string(), checksum: z.string() })),
})
export type Header = z.infer<typeof Header>

const TableLine = z.object({ table: z.string(), columns: z.array(z.string()) })
const SequenceLine = z.object({ sequence: z.string(), lastValue: z.string(), called: z.boolean() })
const RowLine = z.array(z.string().nullable())
const EndLine = z.object({ end: z.literal(true), rows: z.int(), sha256: z.string() })

export type BackupPart =
  | { readonly kind: 'header'; readonly header: Header }
  | { readonly kind: 'table'; readonly table: string; readonly columns: readonly string[] }
  | { readonly kind: 'row'; readonly values: readonly (string | null)[] }
  | { readonly kind: 'sequence'; readonly sequence: string; readonly lastValue: string; readonly called: boolean }

/** Why a backup can't be made or restored, in a sentence for the person at the terminal. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}

/** Before anything is read: whether a backup can go to `path`. Throws `BackupError`. */
export async function checkPlace(path: string, replace: boolean): Promise<void> {
  const folder = dirname(resolve(path))
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined) throw new BackupError(`There is no folder ${folder}. Make it first, or choose another.`)
  if (!found.isDirectory()) throw new BackupError(`${folder} is not a folder. Choose another.`)
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory() === true) throw new BackupError(`${path} is a folder. Name a file in it.`)
  if (there !== undefined && !replace)
    throw new BackupError(`${path} exists already. Choose another name, or replace it with --force.`)
}

/** Writes the parts beside `path` and renames the whole, synced file into place. Gives the number of rows. */
export async function writeBackup(path: string, parts: AsyncIterable<BackupPart>): Promise<number> {
  const unfinished = `${path}.unfinished-${process.pid}`
  let rows = 0
  async function* lines(): AsyncGenerator<string> {
    const hash = createHash('sha256')
    for await (const part of parts) {
      if (part.kind === 'row') rows += 1
      const line = `${JSON.stringify(toLine(part))}\n`
      hash.update(line)
      yield line
    }
    yield `${JSON.stringify({ end: true, rows, sha256: hash.digest('hex') })}\n`
  }
  try {
    await pipeline(
      Readable.from(lines()),
      createGzip(),
      createWriteStream(unfinished, { flags: 'wx', mode: 0o600, flush: true }),
    )
    await rename(unfinished, path)
    await syncFolder(dirname(path))
    return rows
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

/**
 * Reads a backup part by part. Throws `BackupError` for anything that isn't a whole backup; for a cut or changed file only at its end, so
 * nothing may be kept before the last part has come.
 */
export async function* readBackup(path: string): AsyncGenerator<BackupPart> {
  const name = basename(path)
  const hash = createHash('sha256')
  let rows = 0
  let width = -1
  let first = true
  let end: z.infer<typeof EndLine> | undefined
  for await (const line of linesOf(path)) {
    if (end) throw new BackupError(`${name} goes on after its end: it is damaged.`)
    const value = parseJson(line, name)
    if (first) {
      yield { kind: 'header', header: parseHeader(value, name) }
    } else if (Array.isArray(value)) {
      const row = RowLine.safeParse(value)
      if (!row.success || row.data.length !== width) throw damaged(name)
      rows += 1
      yield { kind: 'row', values: row.data }
    } else {
      end = EndLine.safeParse(value).data
      const table = TableLine.safeParse(value).data
      const sequence = SequenceLine.safeParse(value).data
      if (table) {
        width = table.columns.length
        yield { kind: 'table', ...table }
      } else if (sequence) yield { kind: 'sequence', ...sequence }
      else if (!end) throw damaged(name)
    }
    first = false
    if (!end) hash.update(line).update('\n')
  }
  if (!end || end.rows !== rows || end.sha256 !== hash.digest('hex')) throw damaged(name)
}

function toLine(part: BackupPart): unknown {
  if (part.kind === 'header') return part.header
  if (part.kind === 'row') return part.values
  const { kind: _kind, ...line } = part
  return line
}

function parseHeader(value: unknown, name: string): Header {
  const header = Header.safeParse(value)
  if (!header.success) throw new BackupError(`${name} is not a backup made by Drover.`)
  if (header.data.format > FORMAT) throw new BackupError(`${name} was made by a newer Drover, which has to restore it.`)
  return header.data
}

function parseJson(line: Buffer, name: string): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch (cause) {
    throw new BackupError(`${name} is damaged or not a backup made by Drover.`, { cause })
  }
}

/** Not `readline`, which also breaks lines at U+2028. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path)
  const gunzip = createGunzip()
  const pumped = pipeline(source, gunzip).catch(() => undefined) // the loop below meets the same error
  let rest: Buffer[] = []
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      let start = 0
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, start)) {
        yield Buffer.concat([...rest, chunk.subarray(start, at)])
        rest = []
        start = at + 1
      }
      if (start < chunk.length) rest.push(chunk.subarray(start))
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new BackupError(`There is no file ${path}.`, { cause })
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))
      throw damaged(basename(path), cause)
    throw cause
  } finally {
    source.destroy()
    await pumped
  }
  if (rest.length > 0) throw damaged(basename(path))
}

function damaged(name: string, cause?: unknown): BackupError {
  return new BackupError(`${name} is damaged or incomplete. Nothing was restored from it.`, { cause })
}
