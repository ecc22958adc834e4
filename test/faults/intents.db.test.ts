import { expect, test } from 'vitest'
import { seeded } from '../seed.ts'
import { openIntentScene } from './intent-cycles.ts'

/** Some cycles of what `npm run bench intents` does two hundred times. */
test('whatever befalls three devices, each intent has one effect or one refusal, and all show the same', async () => {
  const random = seeded()
  const scene = await openIntentScene()
  try {
    for (let cycle = 0; cycle < 8; cycle++) {
      const { steps, lost, doubled, stale } = await scene.cycle(random)
      expect({ steps, lost, doubled, stale }).toEqual({ steps, lost: [], doubled: [], stale: [] })
    }
  } finally {
    await scene.close()
  }
}, 120_000)
