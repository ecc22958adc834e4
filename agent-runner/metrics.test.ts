import { expect, test } from 'vitest'
import { startControlServer } from '#test/fakes/control-server.ts'
import { startRunner } from '#test/fakes/runner.ts'

test('figures are there from the start and follow the runs; health is that of the connection', async () => {
  const server = await startControlServer()
  server.answerAll(() => ({ kind: 'allow_once' }))
  const said: Record<string, unknown>[] = []
  const note = (facts: Record<string, unknown>): void => void said.push(facts)
  const runner = await startRunner({
    url: server.url,
    environment: {
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
      DROVER_RUNNER_HOST: 'pool',
      DROVER_RUNNER_BACKENDS: 'direct',
    },
    log: { info: note, warn: note, error: note },
  })
  const port = said.find((facts) => 'port' in facts)?.['port']
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${String(port)}${path}`)
    return { status: answer.status, text: await answer.text() }
  }
  const before = (await get('/metrics')).text
  expect(before).toContain('drover_runner_runs_completed_total{result="succeeded"} 0')
  expect(before).toContain('drover_runner_runs_rejected_total{reason="disk"} 0')
  expect(before).toMatch(/drover_runner_info\{version="[^"]+",backend="direct",worker_id="pool",name="test runner"\} 1/)

  await server.ended(server.start({ prompt: '```sh\ntrue\n```' }))
  const refused = server.start({ prompt: 'x', harness: 'nobody' })
  await server.until(() => server.run(refused).rejected.length > 0, 'it is refused')
  const after = (await get('/metrics')).text
  for (const line of [
    'drover_runner_connected 1',
    'drover_runner_runs_claimed_total 1',
    'drover_runner_runs_max_concurrent 4',
    'drover_runner_runs_completed_total{result="succeeded"} 1',
    'drover_runner_runs_rejected_total{reason="unsupported"} 1',
    'drover_runner_run_duration_seconds_count{result="succeeded"} 1',
  ])
    expect(after.split('\n')).toContain(line)
  expect(await get('/healthz')).toEqual({ status: 200, text: '{"status":"ok","active":0}\n' })
  expect((await get('/')).status).toBe(404)
  await runner.close()
  await server.close()
})
