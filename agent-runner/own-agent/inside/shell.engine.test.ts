import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RunId, RunnerId } from '#shared/ids.ts'
import { dockerMissing, dockerSettings, testLimits } from '#test/fakes/docker.ts'
import { systemClock } from '../../clock.ts'
import { createDockerEngine } from '../../sandbox/docker-engine.ts'
import { createDockerProvider } from '../../sandbox/docker.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { noHiding } from '../../secrets/hiding.ts'
import { createAgentTerminals, type AgentTerminals } from '../../terminals/agent-terminals.ts'
import { createTerminals, type Terminals } from '../../terminals/terminals.ts'
import { runShell } from './shell.ts'

const missing = await dockerMissing()
const settings = dockerSettings()

describe.skipIf(missing !== undefined)(
  `commands of the agent in a container's terminal${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let folder: string
    let sandbox: Sandbox
    let all: Terminals
    let terminals: AgentTerminals
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'drover-lanes-'))
      const [workspace = '', home = '', tmp = ''] = await Promise.all(
        ['workspace', 'home', 'tmp'].map(async (name) => {
          await mkdir(join(folder, name))
          return join(folder, name)
        }),
      )
      const provider = createDockerProvider({
        engine: createDockerEngine({ socket: settings['DROVER_DOCKER_SOCKET'], host: settings['DOCKER_HOST'] }),
        limits: testLimits,
        logins: { of: async () => ({}), all: async () => ({}) },
        runnerId: RunnerId.parse(crypto.randomUUID()),
        cleanUp: true,
        node: () => Promise.reject(new Error('no Node is needed')),
      })
      const runId = RunId.parse(crypto.randomUUID())
      sandbox = await provider.start({ runId, workspace, home, tmp, tools: [] })
      all = createTerminals({
        runId,
        clock: systemClock,
        hiding: noHiding,
        folder: join(folder, 'terminals'),
        tell: () => {},
        keep: () => {},
        send: () => {},
        opened: () => 0,
        note: () => {},
        mayReach: () => true,
      })
      all.setPlace(sandbox)
      terminals = createAgentTerminals(all)
    })
    afterAll(async () => {
      await all.endAll('put_away')
      await sandbox.dispose()
      await rm(folder, { recursive: true, force: true })
    })

    async function run(command: string, seconds = 30) {
      let printed = ''
      const end = await runShell(
        { sandbox, terminals },
        {
          command,
          cwd: sandbox.workspace,
          seconds,
          signal: new AbortController().signal,
          write: async (piece) => void (printed += Buffer.from(piece).toString()),
        },
      )
      return { ...end, printed: printed.replaceAll('\r\n', '\n') }
    }

    test('they have a terminal, tell how they ended, and leave what goes on in the background', async () => {
      expect(await run('test -t 0 && echo "seen in $PWD"; exit 3')).toMatchObject({
        code: 3,
        printed: 'seen in /workspace\n',
      })
      await run('(while :; do date +%N > beat; sleep 0.1; done) > /dev/null 2>&1 &')
      const { printed } = await run('one=$(cat beat); sleep 1; test "$one" != "$(cat beat)" && echo goes on')
      expect(printed).toBe('goes on\n')
    })

    test('one that takes too long is ended with what it started', async () => {
      expect(await run('sleep 271.8 & sleep 271.8', 1)).toMatchObject({ isLate: true })
      expect((await run('cat /proc/[0-9]*/cmdline | tr "\\\\0" " " | grep -c "[2]71\\\\.8"')).printed).toBe('0\n')
    })
  },
)
