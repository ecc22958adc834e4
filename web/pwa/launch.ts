/** How the installed app was called: at an address of ours, with files that it is to open. */
export type Launch = { readonly path: string | undefined; readonly files: readonly File[] }

declare global {
  interface Window {
    /** Chromium: https://developer.mozilla.org/docs/Web/API/LaunchQueue */
    readonly launchQueue?: { setConsumer(consumer: (params: LaunchParams) => void): void }
  }
}
type LaunchParams = {
  readonly targetURL?: string | null
  readonly files?: readonly { readonly kind: string; getFile?(): Promise<File> }[]
}

/** The window that is open is kept and told where to go, so nothing that stands in it is loaded anew. */
export function onLaunch(deliver: (launch: Launch) => void): void {
  window.launchQueue?.setConsumer((params) => void read(params).then(deliver))
}

async function read({ targetURL, files = [] }: LaunchParams): Promise<Launch> {
  const url = targetURL == null ? undefined : new URL(targetURL, location.href)
  const opened = await Promise.allSettled(files.map(async (file) => file.getFile?.()))
  return {
    path: url?.origin === location.origin ? `${url.pathname}${url.search}${url.hash}` : undefined,
    files: opened.flatMap((one) => (one.status === 'fulfilled' && one.value !== undefined ? [one.value] : [])),
  }
}
