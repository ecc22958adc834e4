import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunnerConfig } from '#agent-runner/config.ts'
import type { Runner } from '#agent-runner/runner.ts'
import type { Log } from '#agent-runner/log.ts'
import type { EnvironmentRepository } from '#shared/domain/environment.ts'
import type { PublishDelivery } from '#shared/domain/run-publish.ts'
import { RunSecret } from '#shared/domain/secret.ts'
import type { Artifact } from '#shared/domain/transcript.ts'
import { EnvironmentId, PublishId, UserId, type RunId } from '#shared/ids.ts'
import { startControlServer, type ControlServer } from './fakes/control-server.ts'
import { startGitHost, type GitHost } from './fakes/git-host.ts'
import { startRunner } from './fakes/runner.ts'

type Receipt = ControlServer['receipts'][number]

/** A real runner between a server of the tests and a Git host of the tests: runs that change something, and what people then want of it. */
export interface Publishing {
  readonly server: ControlServer
  readonly host: GitHost
  /** Of the runner, and the home of its person. */
  readonly folder: string
  startRunner(environment?: Record<string, string>): Promise<void>
  stopRunner(): Promise<void>
  /** A run that executes a script in repositories of the host, and has ended well. One alone is the workspace. */
  changed(
    script: string,
    about?: { secrets?: readonly RunSecret[]; repositories?: readonly EnvironmentRepository[] },
  ): Promise<RunId>
  order(runId: RunId, more?: Partial<PublishDelivery>): PublishDelivery
  /** Delivers an order, and waits for what becomes of it. */
  settled(runId: RunId, order: PublishDelivery, secrets?: readonly RunSecret[]): Promise<Receipt>
  /** What came of a run, each as it was shown last, without its diff. */
  artifacts(runId: RunId): Artifact[]
  close(): Promise<void>
}

/** A secret `GIT` with a token. */
export function gitToken(value: string): RunSecret[] {
  return [RunSecret.parse({ name: 'GIT', kind: 'git_token', value })]
}

export async function openPublishing({
  repositories = ['team/app'],
  log,
}: { repositories?: readonly string[]; log?: Log } = {}): Promise<Publishing> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-publish-'))
  const [server, host] = await Promise.all([startControlServer(), startGitHost({ repositories })])
  server.answerAll(() => ({ kind: 'allow_once' }))
  let runner: (Runner & { config: RunnerConfig }) | undefined
  const secretsOf = (given?: readonly RunSecret[]): readonly RunSecret[] => given ?? gitToken(host.secret())

  const publishing: Publishing = {
    server,
    host,
    folder,
    async startRunner(environment = {}) {
      runner = await startRunner({
        url: server.url,
        folder,
        environment: { HOME: folder, ...environment },
        ...(log === undefined ? {} : { log }),
      })
    },
    async stopRunner() {
      await runner?.close()
      runner = undefined
    },
    async changed(script, { secrets, repositories: own } = {}) {
      if (runner === undefined) await publishing.startRunner()
      const runId = server.start({
        prompt: `\`\`\`sh\n${script}\n\`\`\``,
        secrets: secretsOf(secrets),
        ...(own === undefined
          ? { config: { repository: { url: `${host.url}/team/app.git` } } }
          : {
              more: {
                environment: {
                  id: EnvironmentId.parse('01990000-0000-7000-8000-0000000000e1'),
                  revision: 1,
                  name: 'Several',
                  repositories: [...own],
                  setupCommands: [],
                  variables: [],
                },
              },
            }),
      })
      const ended = await server.ended(runId)
      if (ended.state !== 'SUCCEEDED')
        throw new Error(`the run ended as ${ended.state}: ${JSON.stringify(ended.reason)}`)
      return runId
    },
    order: (runId, more = {}) => ({
      type: 'publish',
      publishId: PublishId.parse(crypto.randomUUID()),
      by: UserId.parse('person-1'),
      name: 'Mara Lindqvist',
      author: { name: 'Mara Lindqvist', email: 'mara@example.test' },
      at: 1_760_000_000_000,
      until: 'pull_request',
      message: 'Say more\n\nBecause it was too little.',
      branch: 'drover/say-more-3f1f0c',
      link: `https://drover.test/runs/${runId}`,
      pullRequest: { title: 'Say more', body: 'Why.', draft: true },
      ...more,
    }),
    settled(runId, order, secrets) {
      const id = server.deliver(runId, order, secretsOf(secrets))
      return server.until(() => server.receipts.find(({ deliveryId }) => deliveryId === id), 'it is settled')
    },
    artifacts(runId) {
      const shown = server
        .run(runId)
        .events.flatMap(({ body }) =>
          body.type === 'artifact' && body.artifact.kind !== 'diff' ? [body.artifact] : [],
        )
      return [...new Map(shown.map((one) => [one.id, one])).values()]
    },
    async close() {
      await publishing.stopRunner()
      await Promise.all([server.close(), host.close()])
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
  return publishing
}
