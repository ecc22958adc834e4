import { expect, test } from 'vitest'
import { builtinProfile, standardProfileId } from '../domain/builtin-profiles.ts'
import { explainParts } from './explain-command.ts'
import type { Action } from './judge-action.ts'
import { lexicalFacts } from './lexical-facts.ts'
import { parseCommandSync } from './parse-command.ts'
import { suggestRules } from './suggest-rules.ts'
import { tryCommand } from './try-command.ts'

const found = builtinProfile(standardProfileId)
if (found === undefined) throw new Error('no Standard')
const standard = { ...found, commandDeny: ['git push.*'] }

function suggested(text: string): readonly string[] | undefined {
  const place = { root: '/workspace', cwd: '/workspace' }
  const parsed = parseCommandSync(text)
  const effects = parsed.ok ? explainParts(parsed, lexicalFacts(parsed, place)) : []
  return suggestRules(standard, { kind: 'command', parsed, effects, allowed: [], ...place })?.entries
}

test.each([
  ['npm run build', ['npm run build( [\\w./:=@+-]+)*']],
  ['ls; frobnicate -x; ls', ['frobnicate -x']],
  ['rm -rf build', ['rm -rf build']],
  ['curl "https://example.org/a?b=(c)"', ['curl "https://example\\.org/a\\?b=\\(c\\)"']],
])('%s', (text, entries) => {
  expect(suggested(text)).toEqual(entries)
  expect(tryCommand({ ...standard, commandAllow: entries }, text).ruling.decision).toBe('allow')
  expect(tryCommand({ ...standard, commandAllow: entries }, `${text}; rm -rf x`).ruling.decision).toBe('ask')
})

test.each(['git push', 'echo x > .env', 'X=1 frob', 'sudo frob', 'frob > x', 'echo "', 'frob "a\nb"', 'ls'])(
  'nothing that could be put on a list: %j',
  (text) => {
    expect(suggested(text)).toBeUndefined()
  },
)

test('a tool by its server and name', () => {
  const tool = (server: string | undefined): Action => ({ kind: 'mcp', server, tool: 'create_issue' })
  expect(suggestRules(standard, tool('github'))?.entries).toEqual(['github/create_issue'])
  expect(suggestRules(standard, tool(undefined))).toBeUndefined()
  expect(suggestRules({ ...standard, mcpDeny: ['*'] }, tool('github'))).toBeUndefined()
})
