/** The most characters that a shared draft takes, as many as a prompt may have. */
export const shareLimit = 100_000

/** Why a piece of what was shared was not taken. `not_set_up`: nothing on the device could take so much yet. */
export const leftOutReasons = ['not_text', 'too_large', 'too_many', 'empty', 'unreadable', 'not_set_up'] as const
export type LeftOutReason = (typeof leftOutReasons)[number]
