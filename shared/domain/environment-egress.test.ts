import { expect, test } from 'vitest'
import { EgressHost, EgressPolicy, isListedHost } from './environment-egress.ts'

test('an entry is a name, a suffix, an address, each with a port or without', () => {
  for (const good of [
    'example.com',
    'localhost',
    '*.example.com',
    'a_b.example.com:8443',
    '10.0.0.5',
    '[::1]:443',
    'xn--bcher-kva.example',
  ])
    expect([good, EgressHost.safeParse(good).success]).toEqual([good, true])
  for (const bad of [
    '',
    '*',
    '*.',
    'a.*.com',
    'https://example.com',
    'example.com/x',
    'a b',
    '-a.com',
    '::1',
    'bücher.example',
    'a..b',
    'x:',
    `${'a'.repeat(64)}.com`,
  ])
    expect([bad, EgressHost.safeParse(bad).success]).toEqual([bad, false])
  expect(EgressPolicy.safeParse({ kind: 'hosts', hosts: [] }).success).toBe(false)
})

test('a name is matched whole, a suffix only below it', () => {
  const hosts = ['example.com', '*.Example.org', 'git.example.net:22', '[2001:db8::1]']
  const listed = (host: string, port = 443): boolean => isListedHost(hosts, host, port)
  expect([listed('example.com'), listed('EXAMPLE.com.'), listed('a.example.com'), listed('notexample.com')]).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect([
    listed('a.example.org'),
    listed('a.b.example.org'),
    listed('example.org'),
    listed('.example.org'),
    listed('evilexample.org'),
  ]).toEqual([true, true, false, false, false])
  expect([listed('git.example.net', 22), listed('git.example.net', 443)]).toEqual([true, false])
  expect([listed('[2001:db8::1]'), listed('2001:db8::1'), listed('2001:db8::2')]).toEqual([true, true, false])
})
