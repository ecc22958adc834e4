import { uiWords } from '../words/ui.ts'
import { showToast } from './toast.tsx'

/** Puts `text` on the clipboard; `false` where the browser doesn't let us, as on plain http. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** For an item of a menu, which is gone by the time that it could say so itself. */
export async function copyAndTell(text: string): Promise<void> {
  showToast({ text: (await copyText(text)) ? uiWords.copied : uiWords.copyFailed })
}
