import { RequestError } from '@agentclientprotocol/sdk'
import { expect, test } from 'vitest'
import { requestError } from './acp-session.ts'

test.each([
  ['API Error: 401 invalid x-api-key', -32603],
  ['Please set an Auth method', -32603],
  ['Incorrect API key provided.', -32603],
  ['Not authenticated', -32603],
  ['Unauthorized', -32603],
  ['Go and log in', -32000],
])('“%s” is about the sign-in', (message, code) => {
  expect(requestError('An agent', new RequestError(code, message), '')).toMatchObject({
    code: 'authentication_required',
    message: `An agent is not signed in: ${message}`,
  })
})

test.each([
  'API Error: 500 The model fell over. Check your gateway (127.0.0.1:34017).',
  'The author of this commit is unknown',
  'The request took 4010 ms',
])('“%s” is not', (message) => {
  expect(requestError('An agent', new RequestError(-32603, message), '')).toMatchObject({
    code: 'harness_protocol',
    message: `An agent answered with an error: ${message}`,
  })
})
