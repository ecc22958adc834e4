import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { browserOnly, listed, nodeOnly, roomOf, rooms, webRooms } from './rooms.ts'

/**
 * Judges one import: `from` is the importing file, relative to the project's root with forward slashes, `specifier` what it imports.
 * Returns a sentence that says what to do instead, or undefined when the import is fine.
 */
export const judgeImport = (from: string, specifier: string): string | undefined => {
  const top = from.split('/')[0] ?? ''
  const isTest = top === 'test' || /\.test\.tsx?$/.test(from)
  if (specifier.startsWith('.')) return judgeRelative(from, specifier)
  if (specifier.startsWith('#')) return judgeCrossing(from, specifier.slice(1), isTest)
  return isTest ? undefined : judgePackage(from, specifier)
}

/** The same import as it should be spelled, where only the spelling is wrong: `#` for a crossing, relative inside a room. */
export const respell = (from: string, specifier: string): string | undefined => {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(from), specifier)
    return houseOf(target) !== houseOf(from) && crossable(houseOf(target)) ? `#${target}` : undefined
  }
  if (!specifier.startsWith('#') || houseOf(specifier.slice(1)) !== houseOf(from)) return undefined
  const path = posix.relative(posix.dirname(from), specifier.slice(1))
  return path.startsWith('.') ? path : `./${path}`
}

const judgeRelative = (from: string, specifier: string): string | undefined => {
  const target = posix.join(posix.dirname(from), specifier)
  const other = houseOf(target)
  if (other !== houseOf(from) && crossable(other))
    return `Cross to another room by "#${target}", not by a relative path.`
  return judgeInsideWeb(from, target)
}

const judgeCrossing = (from: string, target: string, isTest: boolean): string | undefined => {
  if (houseOf(target) === houseOf(from))
    return 'Inside a room import by a relative path; "#…" is for crossing to another room.'
  const own = roomOf(from)
  if (isTest || own === undefined) return undefined
  const allowed = rooms[own]?.may ?? []
  if (allowed.includes(houseOf(target))) return undefined
  const may = allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')
  return `${own} may import ${may}. Move what both need down into shared, or pass it in from main.ts.`
}

const judgePackage = (from: string, specifier: string): string | undefined => {
  const own = roomOf(from)
  const room = own === undefined ? undefined : rooms[own]
  if (room === undefined) return undefined
  if (isBuiltin(specifier)) {
    return room.platform === 'node'
      ? undefined
      : `${own} also runs without Node: take what "${specifier}" does as an argument.`
  }
  if (room.platform === 'pure' && !listed(specifier, room.packages ?? [])) {
    return `${own} is pure: only ${(room.packages ?? []).join(', ')}. Move this code up, or name the library in scripts/lint/rooms.ts with a reason.`
  }
  if (room.platform === 'browser' && listed(specifier, nodeOnly))
    return `"${specifier}" needs Node, and ${own} runs in a browser.`
  if (room.platform === 'node' && listed(specifier, browserOnly))
    return `"${specifier}" needs a browser, and ${own} runs in Node.`
  return undefined
}

const judgeInsideWeb = (from: string, target: string): string | undefined => {
  if (!from.startsWith('web/') || /\.test\.tsx?$/.test(from)) return undefined
  const [own, ownName] = from.split('/').slice(1)
  const [other, otherName] = target.split('/').slice(1)
  const may = webRooms[own ?? '']
  if (own === undefined || other === undefined || may === undefined) return undefined
  if (own === 'features' && other === 'features') {
    return ownName === otherName
      ? undefined
      : `A feature imports no other feature: move what ${ownName} and ${otherName} share into ui or state.`
  }
  if (own === other || may.some((entry) => `${target}/`.startsWith(`web/${entry}/`))) return undefined
  return `web/${own} may import ${may.length === 0 ? 'nothing else of web' : may.join(', ')}. Pass the value in, or move it down.`
}

/** Only rooms and test have a `#` name; scripts and the root's files are reached by path, from tests alone. */
const crossable = (house: string): boolean => house in rooms || house === 'test'

/** Rooms keep their name; everything else (test, scripts, the root's files) is its first folder. */
const houseOf = (path: string): string => roomOf(path) ?? (path.includes('/') ? (path.split('/')[0] ?? '') : '')
