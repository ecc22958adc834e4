import { ADDRESS_HEADER } from './better-auth.ts'

/** What better-auth is shown of a request. Everything else that a client may have put into headers stays out. */
export type CallHeaders = {
  readonly from: Headers
  readonly address: string
  readonly origin: string
  readonly session: 'with' | 'without'
}

export function callHeaders(options: CallHeaders): Headers {
  const { from, address, origin, session } = options
  const cookies = (from.get('cookie') ?? '')
    .split(';')
    .map((cookie) => cookie.trim())
    .filter(
      (cookie) =>
        cookie !== '' &&
        (session === 'with' || !/^(__Secure-)?drover\.(session_token|session_data|dont_remember)=/.test(cookie)),
    )
  const headers = new Headers({ origin, [ADDRESS_HEADER]: address })
  const agent = from.get('user-agent')
  if (agent !== null) headers.set('user-agent', agent.slice(0, 500))
  if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
  return headers
}
