import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { HarnessId, HarnessOffer, ModelOffer } from '#shared/domain/harness.ts'
import type { HarnessDeclaration } from './declaration.ts'

/**
 * What sessions of each harness told of their models, commands and abilities, kept in the runner's folder: a page knows them before a session begins.
 * At most `harnessLimit` harnesses with 200 models each.
 */
export interface ModelMemory {
  /** The declaration with the models that were told beside its own. */
  remembering(declaration: HarnessDeclaration): HarnessDeclaration
}

const harnessLimit = 50
const Known = z.object({
  version: z.string().optional(),
  models: z.array(ModelOffer).max(200),
  images: HarnessOffer.shape.images,
  commands: HarnessOffer.shape.commands,
})
type Known = z.infer<typeof Known>
const Memory = z.record(HarnessId, Known)
type Memory = z.infer<typeof Memory>

/** @param file a file that can't be read is one that has nothing. */
export function createModelMemory(file: string): ModelMemory {
  let known = read(file)
  let writing: Promise<void> = Promise.resolve()

  function learn(declaration: HarnessDeclaration, change: Partial<Known>): void {
    const told = { ...knownOf(declaration), ...change, version: declaration.version }
    if (JSON.stringify(known[declaration.id]) === JSON.stringify(told)) return
    const others = Object.entries(known).filter(([id]) => id !== declaration.id)
    known = Memory.parse(Object.fromEntries([...others.slice(1 - harnessLimit), [declaration.id, told]]))
    const text = JSON.stringify(known)
    // What is lost is told again by the next session.
    writing = writing.then(() => write(file, text)).catch(() => {})
  }

  return {
    remembering: (declaration) => ({
      ...declaration,
      models: () => merge(declaration.models?.() ?? [], knownOf(declaration).models),
      learn: (models) => learn(declaration, { models: models.slice(0, 200) }),
      abilities: () => {
        const { images, commands } = { ...declaration.abilities?.(), ...knownOf(declaration) }
        return { ...(images === undefined ? {} : { images }), ...(commands === undefined ? {} : { commands }) }
      },
      learnAbilities: (told) => learn(declaration, told),
    }),
  }

  /** Another version may have others. */
  function knownOf({ id, version }: HarnessDeclaration): Known {
    const told = known[id]
    return told !== undefined && told.version === version ? told : { models: [] }
  }
}

/** What a session told is newer than what stands in the declaration. */
function merge(own: readonly ModelOffer[], told: readonly ModelOffer[]): ModelOffer[] {
  const merged = new Map(own.map((model) => [model.id, model]))
  for (const model of told) merged.set(model.id, { ...merged.get(model.id), ...model })
  return [...merged.values()].slice(0, 200)
}

function read(file: string): Memory {
  try {
    return Memory.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return {}
  }
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
}
