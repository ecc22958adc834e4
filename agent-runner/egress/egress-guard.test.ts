import { expect, test } from 'vitest'
import { createEgressGuard, isPublic } from './egress-guard.ts'

const names: Readonly<Record<string, readonly string[]>> = {
  'example.com': ['93.184.215.14', '2606:2800:21f::1'],
  'git.lan': ['10.0.0.5'],
  'mixed.example.org': ['127.0.0.1', '93.184.215.15'],
  'rebound.example.org': ['169.254.169.254'],
  'mapped.example.org': ['::ffff:127.0.0.1'],
  'own.example.org': ['203.0.114.9'],
  '127.1': ['127.0.0.1'],
  localhost: ['127.0.0.1', '::1'],
}
const guard = (...hosts: string[]) =>
  createEgressGuard({
    hosts,
    resolve: async (name) => names[name] ?? Promise.reject(new Error('ENOTFOUND')),
    ownAddresses: () => ['203.0.114.9', 'fe80::1%eth0'],
  })
const check = async (host: string, hosts: string[], port = 443) => {
  const checked = await guard(...hosts).check(host, port)
  return checked.ok ? checked.value : checked.error
}

test('a listed name is connected to at the addresses that were looked at', async () => {
  expect(await check('example.com', ['example.com'])).toEqual(['93.184.215.14', '2606:2800:21f::1'])
  expect(await check('example.com.', ['example.com:443'])).toEqual(['93.184.215.14', '2606:2800:21f::1'])
  expect(await check('example.com', ['example.com:443'], 22)).toBe('example.com (port 22) is not listed.')
  expect(await check('other.com', ['example.com'])).toBe('other.com (port 443) is not listed.')
  expect(await check('gone.example.com', ['*.example.com'])).toContain('leads nowhere')
})

test('a listed name that leads to a private address is refused, until that address is listed too', async () => {
  const hosts = ['*.example.org', 'git.lan', 'localhost', '127.1']
  expect(await check('git.lan', hosts)).toContain('leads to 10.0.0.5, which is not an address of the public Internet')
  expect(await check('git.lan', [...hosts, '10.0.0.5'])).toEqual(['10.0.0.5'])
  expect(await check('git.lan', [...hosts, '10.0.0.5:22'])).toContain('leads to 10.0.0.5')
  expect(await check('rebound.example.org', hosts)).toContain('leads to 169.254.169.254')
  expect(await check('mapped.example.org', hosts)).toContain('leads to 127.0.0.1')
  expect(await check('own.example.org', hosts)).toContain('leads to 203.0.114.9')
  expect(await check('localhost', hosts)).toContain('leads to 127.0.0.1')
  expect(await check('127.1', hosts)).toContain('leads to 127.0.0.1')
  expect(await check('mixed.example.org', hosts)).toEqual(['93.184.215.15'])
})

test('an address is reached only where it is listed itself, however it is written', async () => {
  expect(await check('93.184.215.14', ['example.com'])).toBe('93.184.215.14 is an address that is not listed.')
  expect(await check('[2606:2800:21f::1]', ['example.com'])).toContain('not listed')
  expect(await check('127.0.0.1', ['127.0.0.1'])).toEqual(['127.0.0.1'])
  expect(await check('[::ffff:127.0.0.1]', ['example.com'])).toContain('not listed')
  expect(await check('[::ffff:7f00:1]', ['127.0.0.1'])).toEqual(['127.0.0.1'])
  expect(await check('2001:DB8:0:0::1', ['[2001:db8::1]:443'])).toEqual(['2001:db8::1'])
  expect(await check('2130706433', ['127.0.0.1'])).toContain('not listed')
})

test('what is public', () => {
  for (const address of ['8.8.8.8', '2606:4700::1111']) expect([address, isPublic(address)]).toEqual([address, true])
  for (const address of [
    '10.1.1.1',
    '172.16.0.1',
    '192.168.1.1',
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    '::1',
    '::',
    'fe80::1',
    'fd00:ec2::254',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '224.0.0.1',
    'x',
  ])
    expect([address, isPublic(address)]).toEqual([address, false])
})
