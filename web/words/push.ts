import type { PushPayload } from '#shared/protocol/push.ts'
import { accessAsks } from './access.ts'

const verbs = { command: 'run', edit: 'change', tool: 'use', question: 'know' } as const

/** What a notification of the system says: it stands on a locked screen, beside those of other apps. */
export const pushWords = {
  /** For a push that this version can't read: something must be shown for each. */
  unreadable: { title: 'Drover', body: 'Something changed. Open Drover to see it.' },
  test: { title: 'Drover', body: 'This device gets pushes.' },
  body: (payload: Extract<PushPayload, { kind: 'notification' }>): string => {
    const said = payload.text === '' ? '' : ` ${payload.text}`
    switch (payload.type) {
      case 'request':
        return payload.ask?.answerable === false ? payload.text : `Asks to ${verbs[payload.asks ?? 'tool']}:${said}`
      case 'access':
        return accessAsks(payload.text, payload.wants ?? 'view')
      case 'complete':
        return payload.text === '' ? 'Done.' : `Done:${said}`
      case 'error':
        return payload.text === '' ? 'Failed.' : `Failed:${said}`
      case 'budget':
        return payload.text
    }
  },
  allow: 'Allow once',
  deny: 'Deny',
  review: 'Review',
  allowed: (what: string) => `You allowed this once: ${what}`,
  denied: (what: string) => `You denied this: ${what}`,
  kept: 'Saved on this device. It is sent as soon as there is a network.',
  notTaken: (why: string) => `Not taken. ${why}`,
  /** When the server said nothing that can be read. */
  unknownWhy: 'Open the run to answer.',
} as const
