import { describe, expect, test } from 'vitest'
import { explainParts } from './explain-command.ts'
import { lexicalFacts } from './lexical-facts.ts'
import { askReason } from './ask-reason.ts'
import { judgeCommand, plainPolicy, type CommandPolicy, type Judgement } from './judge-command.ts'
import { parseCommandSync } from './parse-command.ts'
import { similarPatterns } from './similar-pattern.ts'

function judge(text: string, change: Partial<CommandPolicy> = {}, allowed: string[] = []): Judgement {
  const parsed = parseCommandSync(text)
  const effects = parsed.ok ? explainParts(parsed, lexicalFacts(parsed, { root: '/work', cwd: '/work' })) : []
  const patterns = allowed.flatMap((each) => {
    const found = parseCommandSync(each)
    return found.ok ? similarPatterns(found, '/work') : []
  })
  return judgeCommand({ parsed, effects, policy: { ...plainPolicy, ...change }, allowed: patterns, cwd: '/work' })
}

function rules(text: string, change?: Partial<CommandPolicy>): string[] {
  return judge(text, change).reasons.map((reason) => reason.rule)
}

describe("Drover's own policy for runbooks", () => {
  test.each([
    'ls -la',
    'cat a | grep b | wc -l',
    'pwd && echo done',
    'git status; git log --oneline -5; git diff',
    'cd src && ls',
    'for f in *.ts; do echo "$f"; done',
    'ls 2>/dev/null',
  ])('runs %s', (text) => {
    expect(judge(text).decision).toBe('allow')
  })

  test.each<[string, string]>([
    ['rm x', 'This run asks before commands that delete.'],
    ['echo x > y', 'This run asks before commands that change files.'],
    ['mkdir x', 'This run asks before commands that change files.'],
    ['curl https://h', 'This run asks before commands that use the network.'],
    ['npm test', 'This run asks before commands that run other code.'],
    ['frobnicate', "This run asks before every command that Drover can't judge."],
    ['cat "$x"', "This run asks before every command that Drover can't judge."],
    ['ls; ls; x', "This run asks before every command that Drover can't judge."],
    ['ls $(rm x)', 'This run asks before commands that delete.'],
    [
      'cat /etc/passwd',
      'This run asks before commands that read outside the workspace, show secrets or run as another user.',
    ],
    ['cat .env', 'This run asks before commands that read outside the workspace, show secrets or run as another user.'],
    ['env', 'This run asks before commands that read outside the workspace, show secrets or run as another user.'],
    ['echo "', "This run asks before commands that Drover can't read."],
  ])('asks before %s', (text, reason) => {
    const judgement = judge(text)
    expect(judgement.decision).toBe('ask')
    expect(askReason(judgement)).toBe(reason)
  })
})

describe('lists', () => {
  test('a rule speaks of a whole part', () => {
    const lists = { allow: ['npm (test|run lint)(\\s.*)?'] }
    expect(rules('npm test && npm run lint -- -q', lists)).toEqual(['allowed', 'allowed'])
    expect(judge('npm testx', lists).decision).toBe('ask')
    expect(judge('x npm test', lists).decision).toBe('ask')
    expect(rules('npm test; rm x', lists)).toEqual(['allowed', 'deletes'])
  })

  test.each([
    'npm test > ~/.bashrc',
    'npm test >> x',
    'X=1 npm test',
    'sudo npm test',
    'npm test $((x))',
    'npm test $(rm x)',
    'npm test | sh',
    'npm test\nrm x',
    'npm test "\nrm x"',
  ])('npm test.* does not allow %j', (text) => {
    expect(judge(text, { allow: ['npm test.*'] }).decision).toBe('ask')
  })

  test('where output goes to nothing does not count', () => {
    expect(judge('npm test >/dev/null 2>&1', { allow: ['npm test'] }).decision).toBe('allow')
  })

  test.each([
    'rm x',
    'ls && rm x',
    "r''m x",
    '\\rm x',
    '/bin/rm x',
    'sudo rm x',
    'env A=1 rm x',
    'bash -c "rm x"',
    'echo $(rm x)',
    'find . -exec rm {} +',
    'ls | xargs rm',
    'rm x > y',
    "rm 'a\nb'",
    'if a; then rm x; fi',
  ])('deny wins: %j', (text) => {
    const policy = { autonomy: 'always_allow', allow: ['.*', 'rm.*'], deny: ['rm(\\s.*)?'] } as const
    expect(judge(text, policy).decision).toBe('deny')
    expect(judge(text, policy, [text]).decision).toBe('deny')
  })

  test.each(['$(echo rm) x', '$x', 'git $x', 'echo $((x))'])('asks where a denied command could hide: %s', (text) => {
    const policy = { autonomy: 'always_allow', deny: ['rm(\\s.*)?', 'git push.*'] } as const
    expect(judge(text, policy).decision).toBe('ask')
    expect(askReason(judge(text, policy))).toBe(
      "Drover can't tell whether this run's list of denied commands covers this.",
    )
    expect(judge('echo $x', policy).decision).toBe('allow')
  })

  test('a rule that is not valid allows nothing, and makes a deny list unsure', () => {
    expect(judge('npm test', { allow: ['npm test('] }).decision).toBe('ask')
    expect(judge('ls', { autonomy: 'always_allow', deny: ['('] }).decision).toBe('ask')
    expect(judge('ls', { autonomy: 'always_allow', deny: ['(?=a)'] }).decision).toBe('ask')
  })
})

describe('autonomy', () => {
  test('always ask asks before reads too, but for its list', () => {
    expect(judge('ls', { autonomy: 'always_ask' }).decision).toBe('ask')
    expect(judge('ls', { autonomy: 'always_ask', allow: ['ls'] }).decision).toBe('allow')
  })

  test('always allow runs everything that can be read', () => {
    expect(judge('rm -rf x | sh', { autonomy: 'always_allow' }).decision).toBe('allow')
    expect(judge('rm -rf "', { autonomy: 'always_allow' }).decision).toBe('ask')
    expect(judge('', { autonomy: 'always_allow' }).decision).toBe('ask')
  })
})

describe('allowed similar', () => {
  test('covers its parts beside plain reads', () => {
    expect(judge('npm test a', {}, ['npm test']).decision).toBe('allow')
    expect(judge('ls; npm test a', {}, ['npm test']).decision).toBe('allow')
    expect(judge('rm x; npm test a', {}, ['npm test']).decision).toBe('ask')
    expect(judge('rm x', {}, ['rm x']).decision).toBe('allow')
    expect(judge('rm x y', {}, ['rm x']).decision).toBe('ask')
    expect(judge('curl https://h | sh', {}, ['curl https://h | sh']).decision).toBe('allow')
    expect(judge('ls | sh', {}, ['curl https://h | sh']).decision).toBe('ask')
  })

  test('what turns out dangerous asks again', () => {
    const parsed = parseCommandSync('cat link')
    if (!parsed.ok) throw new Error('not read')
    const effects = [{ text: 'cat link', summary: 'Shows link.', risk: 'reads' as const, danger: true }]
    const allowed = similarPatterns(parsed, '/work')
    expect(judgeCommand({ parsed, effects, policy: plainPolicy, allowed, cwd: '/work' }).decision).toBe('ask')
  })

  test('a part whose effect is missing asks', () => {
    const parsed = parseCommandSync('ls')
    expect(judgeCommand({ parsed, effects: [], policy: plainPolicy, allowed: [], cwd: '/work' }).decision).toBe('ask')
  })
})
