import type { Permission } from '#shared/domain/permission.ts'
import type { UserId } from '#shared/ids.ts'
import { clockWords } from './time.ts'

/** "You denied this, 14:04", "Jonas allowed this once, 14:03". `nameOf` answers `undefined` for the person at this device. */
export function answeredWords(
  permission: Pick<Permission, 'answer' | 'answeredBy' | 'answeredAt'>,
  nameOf: (userId: UserId) => string | undefined,
): string {
  const name =
    permission.answeredBy === undefined ? 'Somebody' : (nameOf(permission.answeredBy)?.split(' ')[0] ?? 'You')
  const at = permission.answeredAt === undefined ? '' : `, ${clockWords(permission.answeredAt)}`
  return `${name} ${did(permission.answer?.kind)}${at}`
}

function did(kind: NonNullable<Permission['answer']>['kind'] | undefined): string {
  switch (kind) {
    case 'allow_once':
      return 'allowed this once'
    case 'allow_similar':
      return 'allowed this and similar ones'
    case 'deny':
      return 'denied this'
    default:
      return 'answered this'
  }
}
