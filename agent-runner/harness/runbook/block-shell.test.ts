import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RunId } from '#shared/ids.ts'
import { createDirectProvider } from '../../sandbox/direct.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { createBlockShell, type BlockShell } from './block-shell.ts'

let folder: string
let sandbox: Sandbox
let shell: BlockShell
const never = new AbortController().signal

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'drover-shell-')))
  const [workspace, home, tmp] = await Promise.all(
    ['workspace', 'home', 'tmp'].map(async (name) => {
      await mkdir(join(folder, name))
      return join(folder, name)
    }),
  )
  const provider = createDirectProvider({ path: process.env['PATH'] ?? '', lang: 'C.UTF-8', runFolder: () => folder })
  const runId = RunId.parse('0190a000-0000-7000-8000-000000000001')
  sandbox = await provider.start({ runId, workspace: workspace ?? '', home: home ?? '', tmp: tmp ?? '', tools: [] })
  shell = createBlockShell({ sandbox, sessionId: 'one', isResumed: false })
})

afterEach(async () => {
  await sandbox.dispose()
  await rm(folder, { recursive: true, force: true })
})

async function run(code: string, on = shell, signal = never): Promise<{ code: number; text: string }> {
  let text = ''
  const exit = await on.run(
    code,
    async (more) => {
      text += more
    },
    signal,
  )
  return { code: exit, text }
}

describe('one block after another', () => {
  test('folder and exported variables carry over, whatever is in them', async () => {
    await run('mkdir -p "a b" && cd "a b"; export TEXT="$(printf "two\\nlines = \'quoted\' \\"é\\" ")"; own=1')
    expect(await run('pwd; printf "%s|" "$TEXT" "$own" "$#" "$1"')).toEqual({
      code: 0,
      text: `${sandbox.workspace}/a b\ntwo\nlines = 'quoted' "é" ||0||`,
    })
    expect(await shell.left()).toEqual({ cwd: `${sandbox.workspace}/a b`, variables: ['TEXT'] })
  })

  test('a block that failed leaves nothing behind', async () => {
    await run('export GOOD=1')
    expect(await run('cd /; export GOOD=2; false; echo never')).toEqual({ code: 1, text: '' })
    expect(await run('echo "$GOOD $PWD"')).toEqual({ code: 0, text: `1 ${sandbox.workspace}\n` })
  })

  test('a variable that is set back or taken away is so for the next block', async () => {
    await run('export A=1 B=1; OLD=$PATH; export PATH=/nowhere OLD')
    expect((await run('echo "$PATH"; PATH=$OLD; unset B; A=2')).text).toBe('/nowhere\n')
    expect((await run('echo "$A ${B-none}"; command -v cat > /dev/null && echo found')).text).toBe('2 none\nfound\n')
  })

  test('a session that is taken up again knows what the one before left', async () => {
    await run('mkdir deep; cd deep; export COLOUR="dark blue"')
    const again = createBlockShell({ sandbox, sessionId: 'one', isResumed: true })
    expect(await again.left()).toEqual({ cwd: `${sandbox.workspace}/deep`, variables: ['COLOUR'] })
    expect((await run('echo "$COLOUR in $PWD"', again)).text).toBe(`dark blue in ${sandbox.workspace}/deep\n`)
    const unknown = createBlockShell({ sandbox, sessionId: 'two', isResumed: true })
    expect(await unknown.left()).toEqual({ cwd: sandbox.workspace, variables: [] })
  })

  test('a folder that is gone by then is a failure of the next block', async () => {
    await run('mkdir gone && cd gone')
    await rm(join(sandbox.workspace, 'gone'), { recursive: true })
    const { code, text } = await run('echo here')
    expect(code).toBe(1)
    expect(text).toContain('gone')
  })
})

describe('one block', () => {
  test.each([
    ['exit 7', 7],
    ['kill -9 $$', 137],
    ['false | true', 1],
    ['trap - EXIT; exit 5', 5],
    ['exec sh -c "exit 6"', 6],
    ['if', 2],
    ['kill -TERM $PPID; exit 4', 4],
    ['kill -9 $PPID; sleep 5', 137],
  ])('%s ends with %i', async (code, exit) => {
    expect((await run(code)).code).toBe(exit)
  })

  test('has no standard input to wait for, and errors are in the output, with their line', async () => {
    const { code, text } = await run('cat\necho out\nnowhere-to-be-found')
    expect(code).toBe(127)
    expect(text).toMatch(/^out\n.*step\.sh: (line )?3: nowhere-to-be-found: (command )?not found\n$/)
  })

  test('what it printed is there to its last letter, however slowly it is read', async () => {
    let length = 0
    let last = ''
    const exit = await shell.run(
      'head -c 3000000 /dev/zero | tr "\\0" x; echo END',
      async (text) => {
        length += text.length
        last = text
        await new Promise((resolve) => setImmediate(resolve))
      },
      never,
    )
    expect([exit, length, last.endsWith('END\n')]).toEqual([0, 3_000_004, true])
  })

  test('is over when its shell is, though something in the background holds its output open', async () => {
    const { code, text } = await run('sleep 600 & echo "started $!"')
    expect(code).toBe(0)
    const pid = Number(/started (\d+)/.exec(text)?.[1])
    expect(process.kill(pid, 0)).toBe(true)
  })

  test('that is stopped ends with everything it started, also what does not heed the first signal', async () => {
    const stop = new AbortController()
    const code =
      'trap "" TERM; (trap "" TERM; echo $BASHPID > child; while :; do sleep 1; done) & until [ -s child ]; do sleep 0.01; done; echo ready; while :; do sleep 1; done'
    const ended = shell.run(
      code,
      async (text) => {
        if (text.includes('ready')) stop.abort()
      },
      stop.signal,
    )
    expect(await ended).toBe(137)
    const child = Number(await readFile(join(sandbox.workspace, 'child'), 'utf8'))
    expect(child).toBeGreaterThan(1)
    // It is gone from the table of processes once whoever took it over has looked.
    await expect.poll(() => isThere(child), { timeout: 10_000 }).toBe(false)
  })

  test('what it writes into the report makes the next block no other than what is told', async () => {
    await run('printf "c/tmp\\0FORGED=1\\0e0\\0" >&3; sleep 0.05')
    const { cwd, variables } = await shell.left()
    const { text } = await run('printf "%s %s" "$PWD" "${FORGED+forged}"')
    expect(text).toBe(`${cwd} ${variables.includes('FORGED') ? 'forged' : ''}`)
  })
})

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
