import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settings } from '#agent-runner/config/settings.ts'
import { createRunnerCommand, type RunnerGiven } from './runner-command.ts'

test('every flag of the table of settings is one of the command, and sets its variable', async () => {
  for (const { flag = '', name } of settings.filter((one) => one.flag !== undefined)) {
    let given: RunnerGiven | undefined
    const command = createRunnerCommand(async (told) => {
      given = told
    })
    const takesValue = command.options.find((option) => option.long === flag)?.required === true
    const value = flag === '--url' ? 'http://x' : '5'
    await command.parseAsync([flag, ...(takesValue ? [value] : [])], { from: 'user' })
    expect([flag, given?.environment[name]]).toEqual([
      flag,
      ['--env', '--volumes'].includes(flag) ? '["5"]' : takesValue ? value : '1',
    ])
  }
})

test('flags of the workers of others mean what they mean there', async () => {
  let given: RunnerGiven | undefined
  const command = createRunnerCommand(async (told) => {
    given = told
  })
  const line =
    '--worker-id prod-runner-1 --log-level debug --no-cleanup --max-concurrent-tasks 4 --idle-on-complete 10m -v /opt/cache:/cache:ro -v named:/x -e NPM_TOKEN=t -e GITHUB_TOKEN --check'
  await command.parseAsync(line.split(' '), { from: 'user' })
  expect(given).toMatchObject({
    check: true,
    environment: {
      DROVER_RUNNER_HOST: 'prod-runner-1',
      DROVER_LOG_LEVEL: 'debug',
      DROVER_NO_CLEANUP: '1',
      DROVER_RUNNER_CAPACITY: '4',
      DROVER_RUNNER_IDLE: '10m',
      DROVER_DOCKER_VOLUMES: '["/opt/cache:/cache:ro","named:/x"]',
      DROVER_RUNNER_ENV: '["NPM_TOKEN=t","GITHUB_TOKEN"]',
    },
  })
})

test('the documentation names every setting, its flag and its place in the file', async () => {
  const page = await readFile(join(import.meta.dirname, '../docs/runner-settings.md'), 'utf8')
  const own = new Set(['DROVER_RUNNER_PARENT_PID'])
  const missing = settings.flatMap(({ name, flag, key }) =>
    own.has(name) ? [] : [name, flag, key].filter((word) => word !== undefined && !page.includes(`\`${word}\``)),
  )
  expect(missing).toEqual([])
})
