import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * `gemini-start SETTINGS PROGRAM [ARGUMENT …]` starts Gemini CLI with Drover's settings above those of a repository.
 *
 * Gemini CLI takes such settings only where the file and every folder above it are root's and nobody else may write there, and goes on
 * without them elsewhere: then a repository could switch its questions off. Drover lies where its person has put it, so here its file and
 * the folders above it look as they should. Who can change them can change Drover.
 */
const [, , settings, program, ...args] = process.argv
if (settings === undefined || program === undefined)
  throw new Error('usage: gemini-start SETTINGS PROGRAM [ARGUMENT …]')

const held = new Set([settings])
for (let folder = dirname(settings); !held.has(folder); folder = dirname(folder)) held.add(folder)
const othersWrite = 0o022

Object.assign(fs, { statSync: heldAs(fs.statSync), lstatSync: heldAs(fs.lstatSync) })
syncBuiltinESMExports()

process.argv = [process.execPath, program, ...args]
await import(pathToFileURL(program).href)

type Look = (path: fs.PathLike, options?: fs.StatSyncOptions) => fs.Stats | fs.BigIntStats | undefined

function heldAs(real: Look): Look {
  return (path, options) => {
    const stats = real(path, options)
    if (typeof path !== 'string' || !held.has(path) || !(stats instanceof fs.Stats)) return stats
    stats.uid = 0
    stats.mode &= ~othersWrite
    return stats
  }
}
