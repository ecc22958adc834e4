export type FetchedText = { readonly ok: boolean; readonly status: number; readonly text: string }

/** Nothing heard for so long: whoever took the request will not answer it. */
const silenceMs = 20_000

/**
 * `fetch` that gives up when nothing comes for `patienceMs`: a proxy that takes requests and never answers would otherwise
 * hold up everything that waits behind this one. A slow answer that goes on arriving is waited for.
 */
export async function fetchText(
  doFetch: typeof fetch,
  url: string,
  init: RequestInit,
  patienceMs = silenceMs,
): Promise<FetchedText> {
  const giveUp = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const expectMore = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => giveUp.abort(new Error('no answer')), patienceMs)
  }
  expectMore()
  try {
    const response = await doFetch(url, { ...init, signal: giveUp.signal })
    const decoder = new TextDecoder()
    let text = ''
    const reader = response.body?.getReader()
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
      expectMore()
      text += decoder.decode(part.value, { stream: true })
    }
    return { ok: response.ok, status: response.status, text: text + decoder.decode() }
  } finally {
    clearTimeout(timer)
  }
}
