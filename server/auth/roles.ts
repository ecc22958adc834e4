import { createAccessControl } from 'better-auth/plugins/access'

/** What better-auth's plugins ask of a role. The rules that count for teams are `shared/domain/policies.ts`; these must not say more. */
const statements = {
  organization: ['update', 'delete'],
  member: ['create', 'update', 'delete'],
  invitation: ['create', 'cancel'],
  team: ['create', 'update', 'delete'],
  ac: ['create', 'read', 'update', 'delete'],
  apiKey: ['create', 'read', 'update', 'delete'],
} as const

export const accessControl = createAccessControl(statements)

export const teamRoles = {
  owner: accessControl.newRole({
    organization: ['update', 'delete'],
    member: ['create', 'update', 'delete'],
    invitation: ['create', 'cancel'],
    team: [],
    ac: [],
    apiKey: ['create', 'read', 'update', 'delete'],
  }),
  admin: accessControl.newRole({
    organization: ['update'],
    member: ['create', 'update', 'delete'],
    invitation: ['create', 'cancel'],
    team: [],
    ac: [],
    apiKey: ['create', 'read', 'update', 'delete'],
  }),
  member: accessControl.newRole({ organization: [], member: [], invitation: [], team: [], ac: [], apiKey: [] }),
  viewer: accessControl.newRole({ organization: [], member: [], invitation: [], team: [], ac: [], apiKey: [] }),
} as const
