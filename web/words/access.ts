import type { ShareAccess } from '#shared/domain/share.ts'

/** What somebody from outside asks for: news that the first page tells too, which needs no other words of sharing. */
export function accessAsks(name: string, wants: ShareAccess): string {
  return wants === 'steer' ? `${name} wants to steer this run` : `${name} wants to see this run`
}
