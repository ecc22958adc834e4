import { expect, test } from 'vitest'
import { storeStory, tellStoreStory } from '#test/plans/plan-store-story.ts'
import { createMemoryPlanStore } from './memory-plan-store.ts'

test('a store in memory tells the story of plan stores', async () => {
  const store = createMemoryPlanStore()
  expect(await tellStoreStory(async () => store)).toEqual(storeStory)
})
