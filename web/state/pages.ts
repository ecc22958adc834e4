import type { AnyRouter } from '@tanstack/solid-router'
import type { IconNode } from 'lucide'
import type { BoundKey } from '../words/keys.ts'

/** A place to go to. A route names its own in one line: `staticData: { pages: [{ href, title, icon }] }`. */
export type Page = {
  readonly href: string
  readonly title: string
  readonly icon: IconNode
  /** The key that goes there: binding it is the shell's. */
  readonly key?: BoundKey | undefined
  /** Other words that people may look for. */
  readonly also?: string | undefined
}

declare module '@tanstack/solid-router' {
  interface StaticDataRouteOption {
    readonly pages?: readonly Page[]
  }
}

/** Every page that the routes name, in their order. */
export function pagesOf(router: AnyRouter): readonly Page[] {
  return Object.values<{ options: { staticData?: { readonly pages?: readonly Page[] } } }>(router.routesById).flatMap(
    (route) => route.options.staticData?.pages ?? [],
  )
}
