import type { Said } from '#shared/domain/conversation.ts'

/**
 * The first prompt of a fresh session that goes on with a conversation which its harness can't load: a plain note,
 * the newest part of what was said, then the message.
 */
export function withReplay(conversation: readonly Said[], message: string): string {
  if (conversation.length === 0) return message
  const said = conversation.map(({ who, text }) => `${who === 'user' ? 'Person' : 'You'}:\n${text.trim()}`).join('\n\n')
  return [
    'This conversation goes on in a new session; you do not remember it yourself. The workspace is as you left it.',
    'What was said last:',
    `<earlier>\n${said}\n</earlier>`,
    'The message to act on now:',
    message,
  ].join('\n\n')
}
