import { execFileSync, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { GitHostKind } from '#shared/domain/git-host.ts'
import { answerRest, type FakePull } from './git-host-rest.ts'

/**
 * A Git host on loopback: real git over smart HTTP (`git http-backend`) behind a token, and the pull requests of the four kinds in the shapes of
 * their own REST.
 */
export interface GitHost {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  readonly url: string
  readonly token: string
  /** Every request: method, path with query, and what it came with. */
  readonly requests: { method: string; path: string; authorization: string | undefined }[]
  readonly pulls: FakePull[]
  /** The value of a secret `git_token` for it. */
  secret(kind?: GitHostKind): string
  /** Git in a bare repository of it. */
  git(repository: string, ...args: string[]): string
  /** Answers before anything else does; `true`: it has. */
  intercept(answer: (request: IncomingMessage, response: ServerResponse) => boolean): void
  close(): Promise<void>
}

export async function startGitHost({
  kind = 'github',
  token = 'fake-host-token-0123456789',
  repositories = ['team/app'],
}: { kind?: GitHostKind; token?: string; repositories?: readonly string[] } = {}): Promise<GitHost> {
  const root = await mkdtemp(join(tmpdir(), 'drover-git-host-'))
  const requests: GitHost['requests'] = []
  const pulls: FakePull[] = []
  let intercepted: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  const place = (repository: string): string => join(root, `${repository}.git`)
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  for (const repository of repositories) {
    await mkdir(dirname(place(repository)), { recursive: true })
    const source = join(root, 'source')
    await mkdir(source)
    git(source, 'init', '--quiet', '--initial-branch=main')
    await writeFile(join(source, 'README.md'), '# The app\n')
    git(source, 'add', '-A')
    git(source, 'commit', '--quiet', '-m', 'first')
    git(root, 'clone', '--quiet', '--bare', source, place(repository))
    git(place(repository), 'config', 'http.receivepack', 'true')
    await rm(source, { recursive: true })
  }

  const http = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    requests.push({ method, path: url, authorization: headers.authorization ?? token_of(headers) })
    if (intercepted?.(request, response) === true) return
    if (!letsIn(request, token)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="Fake"' }).end('Sign in first.')
      return
    }
    if (/\/(?:info\/refs|git-upload-pack|git-receive-pack)(?:\?|$)/.test(url)) return serveGit(request, response, root)
    void answerRest(request, response, {
      kind,
      origin: `http://${headers.host ?? ''}`,
      pulls,
      branches: (repository) =>
        git(place(repository), 'for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads')
          .split('\n')
          .map((line) => line.split(' ') as [string, string]),
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`
  return {
    host,
    url: `http://${host}`,
    token,
    requests,
    pulls,
    secret: (as = kind) => JSON.stringify({ host: `http://${host}`, token, kind: as }),
    git: (repository, ...args) => git(place(repository), ...args),
    intercept: (answer) => {
      intercepted = answer
    },
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      await rm(root, { recursive: true, force: true })
    },
  }
}

function token_of(headers: IncomingMessage['headers']): string | undefined {
  const own = headers['private-token']
  return typeof own === 'string' ? own : undefined
}

/** Basic as git signs in, and Bearer or a header of its own as REST does. */
function letsIn({ headers }: IncomingMessage, token: string): boolean {
  if (token_of(headers) === token) return true
  const [, scheme = '', value = ''] = /^(\w+) (\S+)$/.exec(headers.authorization ?? '') ?? []
  if (/^(?:bearer|token)$/i.test(scheme)) return value === token
  return Buffer.from(value, 'base64').toString().endsWith(`:${token}`)
}

function serveGit(request: IncomingMessage, response: ServerResponse, root: string): void {
  const url = new URL(request.url ?? '', 'http://host')
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'fake',
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => {})
  request.pipe(child.stdin)
  let head = Buffer.alloc(0)
  let started = false
  child.stdout.on('data', (piece: Buffer) => {
    if (started) return void response.write(piece)
    head = Buffer.concat([head, piece])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    started = true
    const fields = head
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => /^([^:]+): (.*)$/.exec(line)?.slice(1) as [string, string])
    const status = Number(fields.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? 200)
    response.writeHead(status, Object.fromEntries(fields.filter(([name]) => name !== 'Status')))
    response.write(head.subarray(end + 4))
  })
  child.once('close', () => {
    if (!started) response.writeHead(500)
    response.end()
  })
}
