import { createHash } from 'node:crypto'

/** The same call with the same answer this often, and a person is asked whether it goes on. */
const sameLimit = 4
/** Calls in a row that failed. */
const failedLimit = 12
const remembered = 24

/** Notices a model that goes round in circles. */
export interface LoopGuard {
  /** @returns what is wrong, in words, where a person should look at it. */
  saw(call: { tool: string; input: unknown; answer: string; isError: boolean }): string | undefined
  forget(): void
}

export function createLoopGuard(): LoopGuard {
  let lately: string[] = []
  let failures = 0
  return {
    saw({ tool, input, answer, isError }) {
      const mark = createHash('sha256')
        .update(JSON.stringify([tool, input, answer]))
        .digest('hex')
      lately = [...lately, mark].slice(-remembered)
      failures = isError ? failures + 1 : 0
      const same = lately.filter((one) => one === mark).length
      if (same >= sameLimit) return `It called ${tool} ${same} times with the same input and got the same answer.`
      return failures >= failedLimit ? `Its last ${failures} calls all failed.` : undefined
    },
    forget() {
      lately = []
      failures = 0
    },
  }
}
