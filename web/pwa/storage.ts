/** What this browser keeps for Drover, and whether it may clear it by itself. */
export type DeviceStorage = {
  /** Bytes; `undefined` where the browser doesn't tell. */
  estimate(): Promise<{ readonly usage: number; readonly quota: number } | undefined>
  isPersistent(): Promise<boolean>
  /** Asks the browser not to clear it when space is short. Some ask their person, so it is called from a press. */
  persist(): Promise<boolean>
  /** Noted where a browser that clears the store leaves it: that there was something. */
  readonly mark: { set(): void; isSet(): boolean; clear(): void }
}

const cookie = 'drover_kept'
const yearSeconds = 365 * 24 * 60 * 60

export const browserStorage: DeviceStorage = {
  async estimate() {
    const known = await navigator.storage?.estimate?.().catch(() => undefined)
    return known?.usage === undefined || known.quota === undefined
      ? undefined
      : { usage: known.usage, quota: known.quota }
  },
  isPersistent: async () => (await navigator.storage?.persisted?.().catch(() => false)) ?? false,
  persist: async () => (await navigator.storage?.persist?.().catch(() => false)) ?? false,
  mark: {
    // Browsers clear all stores of a site together, and leave its cookies.
    set: () => (document.cookie = `${cookie}=1; path=/; max-age=${yearSeconds}; samesite=lax`),
    isSet: () => document.cookie.split('; ').includes(`${cookie}=1`),
    clear: () => (document.cookie = `${cookie}=; path=/; max-age=0; samesite=lax`),
  },
}
