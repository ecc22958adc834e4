import { z } from 'zod'
import { err, ok, type Result } from '#shared/result.ts'

/** `cancelled`: the person closed the browser's dialog, or it timed out. */
export type PasskeyProblem = 'cancelled' | 'exists' | 'unsupported' | 'failed'

const Options = z.looseObject({ challenge: z.string() })

/** This browser can make and use passkeys here. */
export function hasPasskeys(): boolean {
  return (
    typeof PublicKeyCredential !== 'undefined' &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function' &&
    window.isSecureContext
  )
}

/** Passkeys can be offered in the email field's own suggestions. */
export async function hasSuggestions(): Promise<boolean> {
  if (!hasPasskeys() || typeof PublicKeyCredential.isConditionalMediationAvailable !== 'function') return false
  return await PublicKeyCredential.isConditionalMediationAvailable()
}

/** Makes a passkey from the server's options; the answer is what the server checks. */
export async function createPasskey(options: unknown): Promise<Result<object, PasskeyProblem>> {
  return await ceremony(async () => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(toOptions(options))
    return await navigator.credentials.create({ publicKey })
  })
}

/** Uses a passkey. `suggest` waits quietly until the person picks one in the email field; `signal` ends the wait. */
export async function usePasskey(
  options: unknown,
  how: { readonly suggest?: boolean; readonly signal?: AbortSignal } = {},
): Promise<Result<object, PasskeyProblem>> {
  return await ceremony(async () => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(toOptions(options))
    return await navigator.credentials.get({
      publicKey,
      ...(how.suggest ? { mediation: 'conditional' as const } : {}),
      ...(how.signal ? { signal: how.signal } : {}),
    })
  })
}

async function ceremony(run: () => Promise<Credential | null>): Promise<Result<object, PasskeyProblem>> {
  if (!hasPasskeys()) return err('unsupported')
  try {
    const credential = await run()
    return credential instanceof PublicKeyCredential ? ok(credential.toJSON()) : err('cancelled')
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ''
    if (name === 'NotAllowedError' || name === 'AbortError') return err('cancelled')
    if (name === 'InvalidStateError') return err('exists')
    if (name === 'NotSupportedError') return err('unsupported')
    return err('failed')
  }
}

/** The library's own parser is the judge of the rest. */
function toOptions(options: unknown): PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON {
  return Options.parse(options) as unknown as PublicKeyCredentialCreationOptionsJSON &
    PublicKeyCredentialRequestOptionsJSON
}
