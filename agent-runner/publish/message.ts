import type { PublishDelivery } from '#shared/domain/run-publish.ts'

/** The first line. */
export function titleOf({ message }: Pick<PublishDelivery, 'message'>): string {
  return message.split('\n')[0] ?? message
}

/** As git reads them at the end of a message: a block of its own, or what follows one that is there. */
export function withTrailers(
  { message, link }: Pick<PublishDelivery, 'message' | 'link'>,
  agent: string | undefined,
): string {
  const text = message.trimEnd()
  const last = text.split('\n\n').at(-1) ?? ''
  const endsInTrailers = text.includes('\n\n') && last.split('\n').every((line) => /^[A-Za-z][A-Za-z-]*: \S/.test(line))
  const trailers = [
    `Drover-Run: ${link}`,
    ...(agent === undefined || agent === 'runbook' ? [] : [`Co-authored-by: ${agent} <agent@drover.invalid>`]),
  ]
  return `${text}${endsInTrailers ? '\n' : '\n\n'}${trailers.join('\n')}\n`
}
