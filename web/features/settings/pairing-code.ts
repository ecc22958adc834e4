import { createResource } from 'solid-js'
import { z } from 'zod'
import { ok } from '#shared/result.ts'
import { request } from '../../state/account-api.ts'
import { useNow } from '../../state/clock.ts'
import { usePlatform } from '../../state/platform.ts'

const Code = z.object({ id: z.string(), url: z.string(), endsInMs: z.number(), reachable: z.boolean() })

/** A one-time link that signs a device in as this person, made now, with how long it still holds; `again` makes another. */
export function createPairingCode() {
  const now = useNow()
  const platform = usePlatform()
  const [answer, { refetch }] = createResource(async () => {
    const made = await request(Code, 'POST', '/pairing', {})
    // By this device's clock, which may differ from the server's.
    return made.ok ? ok({ ...made.value, endsAt: platform.now() + made.value.endsInMs }) : made
  })
  const code = () => {
    const known = answer()
    return known?.ok ? known.value : undefined
  }
  const problem = () => {
    const known = answer()
    return known && !known.ok ? known.error.error : undefined
  }
  const secondsLeft = () => Math.max(0, Math.ceil(((code()?.endsAt ?? 0) - now()) / 1000))
  return { code, problem, secondsLeft, again: () => void refetch() }
}
