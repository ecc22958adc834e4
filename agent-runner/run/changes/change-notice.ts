import type { FileOp } from '#shared/domain/review-change.ts'
import { cut } from '../transcript.ts'

const namedFiles = 5

/** Who changed what by hand, for the transcript. */
export function changeNotice(name: string, ops: readonly FileOp[]): string {
  const who = name.trim().split(/\s+/)[0] || 'Somebody'
  const parts = ops.slice(0, namedFiles).map(told)
  const more = ops.length - namedFiles
  const rest = more <= 0 ? [] : [more === 1 ? 'one file more' : `${more} files more`]
  return cut(`${who} ${listed([...parts, ...rest])}.`, 1000)
}

function told(op: FileOp): string {
  switch (op.kind) {
    case 'revert_file':
      return `rejected the changes of ${op.path}`
    case 'revert_hunks':
      return `rejected ${op.hunks.length === 1 ? 'one part' : `${op.hunks.length} parts`} of ${op.path}`
    case 'write':
      return `edited ${op.path}`
  }
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`
}
