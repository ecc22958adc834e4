import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import { execFileSync } from 'node:child_process'

/** A registry that speaks the Distribution API to whoever has a token, which it gives for one name and password. */
export interface FakeRegistry {
  /** `127.0.0.1:port`, which engines speak plain HTTP to. */
  readonly host: string
  /** Its one image. */
  readonly image: string
  /** Path and, where there was one, the user of each request. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

/** @param folder what the image has in it. */
export async function startRegistry(folder: string, login: { user: string; password: string }): Promise<FakeRegistry> {
  const tar = execFileSync('tar', ['-C', folder, '--owner=0', '--group=0', '-cf', '-', '.'])
  const layer = gzipSync(tar)
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    }),
  )
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: {
        mediaType: 'application/vnd.docker.container.image.v1+json',
        size: config.length,
        digest: digestOf(config),
      },
      layers: [
        { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: layer.length, digest: digestOf(layer) },
      ],
    }),
  )
  const blobs = new Map([config, layer].map((blob) => [digestOf(blob), blob]))
  const asked: string[] = []
  const token = 'a-token-for-this-test'
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://registry')
    const basic = userOf(request)
    asked.push(basic === undefined ? url.pathname : `${url.pathname} as ${basic.user}`)
    const answer = (status: number, type: string, body: Buffer): void => {
      response.writeHead(status, {
        'content-type': type,
        'content-length': body.length,
        'docker-distribution-api-version': 'registry/2.0',
        'docker-content-digest': digestOf(body),
      })
      response.end(request.method === 'HEAD' ? undefined : body)
    }
    const refuse = (status: number, code: string): void =>
      answer(status, 'application/json', Buffer.from(JSON.stringify({ errors: [{ code, message: code }] })))
    if (url.pathname === '/token') {
      if (basic?.user !== login.user || basic.password !== login.password) return refuse(401, 'UNAUTHORIZED')
      return answer(
        200,
        'application/json',
        Buffer.from(JSON.stringify({ token, access_token: token, expires_in: 300 })),
      )
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      const scope = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(url.pathname)?.[1]
      const scoped = scope === undefined ? '' : `,scope="repository:${scope}:pull"`
      response.setHeader('www-authenticate', `Bearer realm="http://${host}/token",service="fake"${scoped}`)
      return refuse(401, 'UNAUTHORIZED')
    }
    if (url.pathname === '/v2/') return answer(200, 'application/json', Buffer.from('{}'))
    const [, kind, reference = ''] = /^\/v2\/team\/tool\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ?? []
    if (kind === 'manifests' && (reference === '1' || reference === digestOf(manifest)))
      return answer(200, manifestType, manifest)
    const blob = kind === 'blobs' ? blobs.get(reference) : undefined
    if (blob !== undefined) return answer(200, 'application/octet-stream', blob)
    return refuse(404, 'MANIFEST_UNKNOWN')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  return {
    host,
    image: `${host}/team/tool:1`,
    asked,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json'

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

function userOf({ headers }: IncomingMessage): { user: string; password: string } | undefined {
  const [, given] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? []
  if (given === undefined) return undefined
  const [user = '', password = ''] = Buffer.from(given, 'base64').toString().split(':')
  return { user, password }
}
