import { createStrictContext } from './context.ts'

/** Opens the command palette. */
export const [PaletteContext, useOpenPalette] = createStrictContext<() => void>('Palette')
