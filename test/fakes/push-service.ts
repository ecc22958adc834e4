import { execFileSync } from 'node:child_process'
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { PushPayload } from '#shared/protocol/push.ts'

/** A push as it was received, after its signature was checked and its content decrypted. */
export type ReceivedPush = {
  readonly payload: PushPayload
  readonly ttl: number
  readonly urgency: string | undefined
  readonly topic: string | undefined
  /** Of the sender: where a push service can turn to. */
  readonly subject: string
}

/** One browser at this push service, as `PushSubscription.toJSON()` has it. */
export type FakeBrowser = {
  readonly endpoint: string
  readonly keys: { readonly p256dh: string; readonly auth: string }
  readonly received: readonly ReceivedPush[]
  /** Resolves with the push number `n`, counted from 1. */
  nth(n: number): Promise<ReceivedPush>
  /** Answers the next pushes so, in this order, without taking them. */
  answer(...statuses: { readonly status: number; readonly body?: string }[]): void
  /** Called for each push that was taken. */
  onPush(listener: (push: ReceivedPush) => void): void
  /** Pushes that came, taken or not. */
  tries(): number
}

/**
 * A push service on loopback that speaks RFC 8030 with VAPID (RFC 8292) and decrypts as a browser would (RFC 8188, 8291), by Node's
 * own primitives and not by the library that sends. `publicKey`: of the server that may send, known from the subscription.
 */
export type FakePushService = {
  readonly origin: string
  /** PEM, of a certificate that signs itself, and its file for `NODE_EXTRA_CA_CERTS`. */
  readonly certificate: string
  readonly certificateFile: string
  subscribe(publicKey: string): FakeBrowser
  close(): Promise<void>
}

type Browser = {
  readonly publicKey: string
  readonly ecdh: ReturnType<typeof createECDH>
  readonly auth: Buffer
  readonly received: ReceivedPush[]
  readonly answers: { readonly status: number; readonly body?: string }[]
  readonly listeners: Set<(push: ReceivedPush) => void>
  tries: number
}

export async function startPushService(): Promise<FakePushService> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-push-'))
  const { key, certificate, certificateFile } = makeCertificate(folder)
  const browsers = new Map<string, Browser>()

  const server = createServer({ key, cert: certificate }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const browser = browsers.get(request.url ?? '')
      const end = (status: number, text = ''): void => void response.writeHead(status).end(text)
      if (browser === undefined) return end(404, 'no such subscription')
      browser.tries++
      const scripted = browser.answers.shift()
      if (scripted !== undefined) return end(scripted.status, scripted.body)
      try {
        const header = (name: string): string | undefined => z.string().optional().parse(request.headers[name])
        const subject = checkVapid(header('authorization') ?? '', browser.publicKey, origin)
        if (header('content-encoding') !== 'aes128gcm') return end(400, 'not aes128gcm')
        const body = Buffer.concat(chunks)
        if (body.length > 4096) return end(413, 'too large')
        const push: ReceivedPush = {
          payload: PushPayload.parse(JSON.parse(decrypt(body, browser).toString('utf8'))),
          ttl: Number(header('ttl')),
          urgency: header('urgency'),
          topic: header('topic'),
          subject,
        }
        browser.received.push(push)
        for (const listener of browser.listeners) listener(push)
        end(201)
      } catch (error) {
        end(error instanceof NotAllowed ? 403 : 400, error instanceof Error ? error.message : '')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    origin,
    certificate,
    certificateFile,
    subscribe(publicKey) {
      const ecdh = createECDH('prime256v1')
      ecdh.generateKeys()
      const auth = randomBytes(16)
      const path = `/push/${randomBytes(12).toString('hex')}`
      const browser: Browser = { publicKey, ecdh, auth, received: [], answers: [], listeners: new Set(), tries: 0 }
      browsers.set(path, browser)
      return {
        endpoint: `${origin}${path}`,
        keys: { p256dh: ecdh.getPublicKey('base64url'), auth: auth.toString('base64url') },
        received: browser.received,
        answer: (...statuses) => void browser.answers.push(...statuses),
        onPush: (listener) => void browser.listeners.add(listener),
        tries: () => browser.tries,
        nth: (n) =>
          new Promise((resolve) => {
            const look = (): void => {
              const found = browser.received[n - 1]
              if (found === undefined) return
              browser.listeners.delete(look)
              resolve(found)
            }
            browser.listeners.add(look)
            look()
          }),
      }
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

class NotAllowed extends Error {}

const Claims = z.object({ aud: z.string(), exp: z.number(), sub: z.string() })

/** RFC 8292: `vapid t=<JWT>, k=<key>`, signed with ES256 by the key that the browser subscribed with. Gives the subject. */
function checkVapid(authorization: string, publicKey: string, origin: string): string {
  const found = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)$/.exec(authorization)
  if (found === null) throw new NotAllowed('no VAPID')
  const [, header = '', claims = '', signature = '', key] = found
  if (key !== publicKey) throw new NotAllowed('another key than the subscription’s')
  const point = Buffer.from(publicKey, 'base64url')
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const isSigned = verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  if (!isSigned) throw new NotAllowed('BadJwtToken')
  const { aud, exp, sub } = Claims.parse(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')))
  const inSeconds = exp - Date.now() / 1000
  if (
    aud !== origin ||
    inSeconds < 0 ||
    inSeconds > 24 * 3600 ||
    /localhost/.test(sub) ||
    !/^(?:mailto|https):/.test(sub)
  )
    throw new NotAllowed('BadJwtToken')
  return sub
}

/** RFC 8291 over RFC 8188, one record. */
function decrypt(body: Buffer, { ecdh, auth }: Browser): Buffer {
  const salt = body.subarray(0, 16)
  const idLength = body[20] ?? 0
  const sender = body.subarray(21, 21 + idLength)
  const sealed = body.subarray(21 + idLength)
  const shared = ecdh.computeSecret(sender)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender])
  const secret = Buffer.from(hkdfSync('sha256', shared, auth, info, 32))
  const key = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: aes128gcm\0', 16))
  const nonce = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: nonce\0', 12))
  const cipher = createDecipheriv('aes-128-gcm', key, nonce)
  cipher.setAuthTag(sealed.subarray(-16))
  const padded = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
  return padded.subarray(0, padded.lastIndexOf(2))
}

function makeCertificate(folder: string): { key: string; certificate: string; certificateFile: string } {
  const keyFile = join(folder, 'key.pem')
  const certificateFile = join(folder, 'certificate.pem')
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', keyFile, '-out', certificateFile],
    ],
    { stdio: 'pipe' },
  )
  return { key: readFileSync(keyFile, 'utf8'), certificate: readFileSync(certificateFile, 'utf8'), certificateFile }
}
