import { useNavigate } from '@tanstack/solid-router'
import { Nothing, request } from './account-api.ts'
import { useDeviceStore } from './device-store.ts'
import { forgetPush, usePushDevice } from './push.ts'
import { useSession } from './session.ts'

/** Ends this device's session. Answers with what to tell the person where that did not work. */
export function useSignOut(): () => Promise<string | undefined> {
  const session = useSession()
  const navigate = useNavigate()
  const push = usePushDevice()
  const store = useDeviceStore()
  return async () => {
    const done = await request(Nothing, 'POST', '/auth/sign-out', {})
    if (!done.ok) return done.error.error
    await forgetPush(push, store)
    await session.forget()
    await navigate({ to: '/sign-in', replace: true })
    return undefined
  }
}
