import type { Permission } from '#shared/domain/permission.ts'
import { useIds } from '../../../state/platform.ts'
import { useProfiles } from '../../../state/profiles.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { useScene } from '../scene.ts'

export type AllowAlways = {
  /** What it would put on the profile's list; absent: this person can't, or nothing would help. */
  readonly offer: (permission: Permission) => { readonly name: string; readonly entries: readonly string[] } | undefined
  /** Puts it there, and tells the run; the answer to this very question is the caller's. */
  readonly keep: (permission: Permission) => Promise<void>
}

/** "Always allow in this profile": for those who may change the profile that a question was asked under. */
export function useAllowAlways(): AllowAlways {
  const scene = useScene()
  // A guest's page has no team around it, and no profiles.
  if (scene.guest) return { offer: () => undefined, keep: async () => {} }
  const workspace = useWorkspace()
  const ids = useIds()
  const profiles = useProfiles()
  return {
    offer: ({ request }) => {
      const asked = request.profile
      const profile = profiles.get(asked?.id)
      if (asked?.allow === undefined || profile === undefined || !profiles.mayChange(profile)) return undefined
      return { name: profile.name, entries: asked.allow.entries }
    },
    keep: async ({ request }) => {
      const asked = request.profile
      if (asked?.allow === undefined) return
      const { list, entries } = asked.allow
      await workspace.mutate.changeProfile({ profileId: asked.id, edit: { add: { [list]: [...entries] } } })
      await workspace.mutate.setRunProfile({
        runId: scene.runId,
        profileId: asked.id,
        deliveryId: ids.deliveryId(),
      })
    },
  }
}
