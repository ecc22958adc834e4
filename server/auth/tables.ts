import {
  account,
  apikey,
  invitation,
  member,
  organization,
  passkey,
  rateLimit,
  session,
  user,
  verification,
} from '../db/schema/auth.ts'

/** The tables under the names that better-auth asks for. */
export const authTables = {
  account,
  apikey,
  invitation,
  member,
  organization,
  passkey,
  rateLimit,
  session,
  user,
  verification,
}
