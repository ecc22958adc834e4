import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'

const Trees = z.array(z.object({ turn: z.number().int().nonnegative(), tree: z.string().regex(/^[0-9a-f]{40,64}$/) }))

/** What the workspace was like at the end of each turn, as git's trees, for the newest turns. */
export interface TurnTrees {
  /** The workspace is like this in `turn`, as far as it has come. */
  note(turn: number, tree: string): Promise<void>
  /** The tree that `turn` began with; `undefined`: the run's start. */
  before(turn: number): Promise<string | undefined>
  /** The run starts anew. */
  clear(): void
}

const kept = 50

export function createTurnTrees(file: string): TurnTrees {
  let known: z.infer<typeof Trees> | undefined

  async function load(): Promise<z.infer<typeof Trees>> {
    known ??= await readFile(file, 'utf8').then(
      (text) => Trees.safeParse(parseJson(text)).data ?? [],
      () => [],
    )
    return known
  }

  return {
    async note(turn, tree) {
      const trees = await load()
      if (trees.some((one) => one.turn === turn && one.tree === tree)) return
      known = [...trees.filter((one) => one.turn !== turn), { turn, tree }].slice(-kept)
      await writeFile(`${file}.new`, JSON.stringify(known))
      await rename(`${file}.new`, file)
    },
    async before(turn) {
      return (await load()).filter((one) => one.turn < turn).at(-1)?.tree
    },
    clear: () => {
      known = []
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
