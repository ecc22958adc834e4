import { z } from 'zod'
import { PushSettings, defaultPushSettings } from '#shared/domain/push.ts'
import { PushState, type NewPushSubscription, type PushSubscriptionInfo } from '#shared/protocol/push.ts'
import { ok, type Result } from '#shared/result.ts'
import type { PushAddress, PushDevice } from '../pwa/push-device.ts'
import { Nothing, request, type ApiProblem } from './account-api.ts'
import { createStrictContext } from './context.ts'
import type { DeviceStore } from './device-store.ts'

export const [PushDeviceContext, usePushDevice] = createStrictContext<PushDevice>('PushDevice')

/** What the service worker repeats when the browser changes the address. */
const settingsKey = 'push/settings'

/** This device as it gets pushes, or `undefined`. */
export function ownSubscription(state: PushState | undefined): PushSubscriptionInfo | undefined {
  return state?.subscriptions.find((one) => one.current)
}

/** Turns pushes on for this device; from a press. `declined`: the person does not want the site to notify. */
export async function turnPushOn(
  device: PushDevice,
  store: DeviceStore,
  settings: PushSettings = defaultPushSettings,
): Promise<Result<'on' | 'declined', ApiProblem>> {
  const state = await request(PushState, 'GET', '/push')
  if (!state.ok) return state
  const address = await device.subscribe(state.value.publicKey)
  return address === undefined ? ok('declined') : register(store, address, settings)
}

async function register(
  store: DeviceStore,
  address: PushAddress,
  settings: PushSettings,
): Promise<Result<'on', ApiProblem>> {
  const body: NewPushSubscription = { ...address, settings }
  const put = await request(z.object({ id: z.string() }), 'PUT', '/push/subscription', body)
  if (!put.ok) return put
  await store.set(settingsKey, settings)
  return ok('on')
}

export async function changePush(
  store: DeviceStore,
  id: string,
  settings: PushSettings,
): Promise<Result<object, ApiProblem>> {
  const done = await request(Nothing, 'PATCH', `/push/subscription/${id}`, { settings })
  if (done.ok) await store.set(settingsKey, settings)
  return done
}

export async function turnPushOff(
  device: PushDevice,
  store: DeviceStore,
  id: string,
): Promise<Result<object, ApiProblem>> {
  const done = await request(Nothing, 'DELETE', `/push/subscription/${id}`)
  if (!done.ok) return done
  await forgetPush(device, store)
  return done
}

/** This device gets no pushes of whoever signed out. */
export async function forgetPush(device: PushDevice, store: DeviceStore): Promise<void> {
  await store.del(settingsKey).catch(() => undefined)
  await device.unsubscribe().catch(() => undefined)
}

/**
 * At each start of a device that gets pushes: the browser may have changed the address while nothing of ours ran, and the server may
 * have dropped it. Answers that were pressed without a network go out.
 */
export async function keepPush(device: PushDevice, store: DeviceStore): Promise<void> {
  device.sendAnswers()
  const kept = PushSettings.safeParse(await store.get(settingsKey).catch(() => undefined))
  if (!kept.success || device.support() !== 'ready') return
  const state = await request(PushState, 'GET', '/push')
  if (!state.ok || ownSubscription(state.value) !== undefined) return
  const address = await device.current()
  if (address !== undefined) await register(store, address, kept.data)
}
