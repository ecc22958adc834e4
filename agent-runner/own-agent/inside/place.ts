import { posix } from 'node:path'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { runScript } from './script.ts'

/** Where a path of the model leads, links followed. */
export interface Place {
  /** As it was meant: absolute, in the sandbox. */
  readonly path: string
  /** Without links. */
  readonly real: string
  readonly isInside: boolean
  readonly kind: 'file' | 'folder' | 'other' | 'none'
  readonly bytes: number
  /** Files with instructions for agents in folders between the workspace and this, outermost first. */
  readonly rules: readonly string[]
}

/** `real PATH`: the path without links, also where its end does not exist yet. */
export const realFunction = [
  'real() { p=$1; rest=',
  'while [ ! -e "$p" ] && [ ! -L "$p" ] && [ "$p" != / ]; do rest="/${p##*/}$rest"; p=${p%/*}; [ -n "$p" ] || p=/; done',
  'r=$(readlink -f -- "$p") || return 1; [ "$r" = / ] && r=; printf "%s" "$r$rest"; }',
].join('\n')

const look = [
  realFunction,
  'root=$(real "$2") || exit 1; own=$(real "$3") || exit 1',
  'r=$(real "$1") || { echo "it is a link to nowhere" >&2; exit 1; }',
  'kind=none; size=0',
  'if [ -f "$r" ]; then kind=file; size=$(wc -c < "$r") || exit 1; elif [ -d "$r" ]; then kind=folder; elif [ -e "$r" ]; then kind=other; fi',
  'where=outside; case $r/ in "$root"/*) where=inside ;; esac',
  '[ $kind = file ] && case $r in "$own"/*) where=inside ;; esac',
  'printf "%s\\0%s\\0%s\\0%s\\0" "$r" "$where" $kind $size',
  'd=$r; [ $kind = folder ] || d=${r%/*}',
  'while case $d/ in "$root"/?*) true ;; *) false ;; esac; do',
  'for name in AGENTS.md CLAUDE.md; do if [ -f "$d/$name" ] && [ ! -L "$d/$name" ]; then printf "%s\\0" "$d/$name"; break; fi; done',
  'd=${d%/*}; done',
].join('\n')

/** @returns a sentence where the path can't be looked at. */
export async function placeOf(
  { sandbox, outputs }: { sandbox: Sandbox; outputs: string },
  path: string,
  signal: AbortSignal,
): Promise<Place | string> {
  if (path.includes('\0')) return 'A path has no NUL in it.'
  const meant = path === '~' || path.startsWith('~/') ? `${sandbox.home}${path.slice(1)}` : path
  const absolute = posix.resolve(sandbox.workspace, meant)
  const looked = await runScript(sandbox, look, { args: [absolute, sandbox.workspace, outputs], limit: 64_000, signal })
  if (looked.code !== 0) return `${path} can't be looked at: ${looked.stderr || 'no permission'}.`
  const [real = absolute, where, kind, bytes, ...rules] = looked.stdout.toString().split('\0')
  return {
    path: absolute,
    real,
    isInside: where === 'inside',
    kind: kind === 'file' || kind === 'folder' || kind === 'other' ? kind : 'none',
    bytes: Number(bytes),
    rules: rules.filter((one) => one !== '').toReversed(),
  }
}
