import { expect, test } from 'vitest'
import { toDatabaseError } from './errors.ts'

const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code })

test.each([
  ['a broken socket', coded('ECONNRESET'), true, true],
  ['a server that is not there', coded('ECONNREFUSED'), true, true],
  ['a name that can’t be resolved now', coded('ENOTFOUND'), true, true],
  ['a connection exception', coded('08006'), true, true],
  ['a shutdown', coded('57P01'), true, true],
  ['node-postgres noticing the loss', new Error('Connection terminated unexpectedly'), true, true],
  ['no connection in time', new Error('timeout exceeded when trying to connect'), true, true],
  ['two transactions in conflict', coded('40001'), true, false],
  ['a deadlock', coded('40P01'), true, false],
  ['a full house', coded('53300'), true, false],
  ['a starting server', coded('57P03'), true, false],
  ['a duplicate', coded('23505'), false, false],
  ['a syntax error', coded('42601'), false, false],
  ['a wrong password', coded('28P01'), false, false],
  ['something else', new Error('boom'), false, false],
])('%s', (_what, cause, transient, connectionLost) => {
  expect(toDatabaseError(cause)).toMatchObject({ transient, connectionLost, outcomeUnknown: false, cause })
})

test('only a connection lost while committing leaves the outcome unknown', () => {
  expect(toDatabaseError(coded('ECONNRESET'), true).outcomeUnknown).toBe(true)
  expect(toDatabaseError(coded('40001'), true).outcomeUnknown).toBe(false)
})

test('an error is wrapped once', () => {
  const wrapped = toDatabaseError(coded('23505'))
  expect(toDatabaseError(wrapped)).toBe(wrapped)
})

test('what a WebSocket or several addresses report is read too', () => {
  expect(toDatabaseError({ type: 'error', error: coded('ECONNREFUSED', 'refused') })).toMatchObject({
    message: 'websocket: refused',
    code: 'ECONNREFUSED',
    transient: true,
  })
  expect(toDatabaseError({ type: 'error' })).toMatchObject({ message: 'websocket failed', transient: true })
  expect(toDatabaseError({ errors: [coded('ECONNREFUSED', 'refused')] })).toMatchObject({
    message: 'refused',
    transient: true,
  })
})
