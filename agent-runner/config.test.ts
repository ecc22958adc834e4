import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

test('git and npm get the proxy, certificates and registry of the person, and no key of Drover or of a model', () => {
  const read = readConfig({
    PATH: '/usr/bin',
    HTTPS_PROXY: 'http://proxy:3128',
    SSL_CERT_FILE: '/etc/own.pem',
    NODE_EXTRA_CA_CERTS: '/etc/own.pem',
    npm_config_registry: 'https://registry.example.org',
    DROVER_API_KEY: 'secret',
    DROVER_OPENCODE_CONFIG: '{}',
    SOME_MODEL_API_KEY: 'secret',
  })
  expect(read.ok && read.value.hostEnv).toEqual({
    PATH: '/usr/bin',
    HTTPS_PROXY: 'http://proxy:3128',
    SSL_CERT_FILE: '/etc/own.pem',
    NODE_EXTRA_CA_CERTS: '/etc/own.pem',
    npm_config_registry: 'https://registry.example.org',
  })
})

test('a runner does not take the key of a person for its own, and says which it needs', () => {
  const read = readConfig({ DROVER_API_KEY: `drp_${'x'.repeat(43)}` })
  expect(read.ok ? '' : read.error).toContain('A runner needs an agent key (drv_…)')
})

test('what is kept of an output has a bound of its own, and a value beyond it is refused with both ends', () => {
  const given = (bytes?: string) => ({
    DROVER_API_KEY: 'k',
    ...(bytes === undefined ? {} : { DROVER_RUNNER_OUTPUT: bytes }),
  })
  const read = (bytes?: string) => {
    const config = readConfig(given(bytes))
    return config.ok ? config.value.outputBytes / 1024 ** 2 : config.error
  }
  expect([read(), read('1m'), read('1g')]).toEqual([256, 1, 1024])
  for (const wrong of ['2g', '10k', 'all'])
    expect(read(wrong)).toMatch(/DROVER_RUNNER_OUTPUT.* is not valid: .*1m at the least, 1024m at most/)
})
