import { isDeepStrictEqual } from 'node:util'
import type { GitPerson } from '#shared/domain/git-person.ts'
import type { Bench } from './bench.ts'

/** In the sandbox's own configuration of git, so that no repository is touched and an agent that is at rest needs no new start. */
const script =
  'command -v git >/dev/null || exit 0; git config --global author.name "$1" && git config --global author.email "$2"'

/** The agent's commits are by the person of its turn; their committer stays the agent, unless a set-up command chose another one. */
export async function signAs(bench: Pick<Bench, 'sandbox' | 'author'>, author: GitPerson | undefined): Promise<void> {
  if (author === undefined || isDeepStrictEqual(author, bench.author)) return
  const exec = await bench.sandbox.exec({ argv: ['sh', '-c', script, 'sh', author.name, author.email] })
  exec.stdout.resume()
  exec.stderr.resume()
  exec.stdin.end()
  await exec.exited
  bench.author = author
}
