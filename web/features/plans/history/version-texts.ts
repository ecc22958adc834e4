import { z } from 'zod'
import type { PlanId, PlanVersionId } from '#shared/ids.ts'
import { createKeptVersions } from '../../../pwa/plan-versions.ts'
import { request } from '../../../state/account-api.ts'
import { useWorkspace } from '../../../state/workspace.ts'

/** `not_here`: not on this device, and the server can't be asked now. `gone`: the server has none. */
export type VersionText =
  | { readonly kind: 'text'; readonly markdown: string }
  | { readonly kind: 'not_here' }
  | { readonly kind: 'gone' }

export type VersionTexts = {
  get(planId: PlanId, versionId: PlanVersionId): Promise<VersionText>
  /** Of a version made here: it is to be had before the server knows of it. */
  keep(planId: PlanId, versionId: PlanVersionId, markdown: string): Promise<void>
}

const Answer = z.object({ markdown: z.string() })

/** Texts of versions: from this device, else from the server. */
export function useVersionTexts(): VersionTexts {
  const kept = createKeptVersions(useWorkspace().userId)
  return {
    async get(planId, versionId) {
      const known = await kept.get(planId, versionId)
      if (known !== undefined) return { kind: 'text', markdown: known }
      const answer = await request(Answer, 'GET', `/plans/${planId}/versions/${versionId}`)
      if (!answer.ok) return { kind: answer.error.code === 'not_found' ? 'gone' : 'not_here' }
      await kept.put(planId, versionId, answer.value.markdown)
      return { kind: 'text', markdown: answer.value.markdown }
    },
    keep: (planId, versionId, markdown) => kept.put(planId, versionId, markdown),
  }
}
