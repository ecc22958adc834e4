import { createContext } from 'solid-js'

/** Whether what is drawn stands in a modal dialog, which hides from assistive technology all that stands beside it on the page. */
export const InDialogContext = createContext(false)
