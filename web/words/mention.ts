/** Words where `@` is typed in a message. */
export const mentionWords = {
  label: 'Mention a plan',
  none: 'No plan is called that.',
} as const
