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
