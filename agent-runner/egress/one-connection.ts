/** Headers of one connection alone (RFC 9110, 7.6.1), and what is meant for a proxy: nothing of them is passed on. */
export const ofOneConnection: readonly string[] = [
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
]
