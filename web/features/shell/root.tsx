import { Outlet } from '@tanstack/solid-router'
import { DocumentHead } from './document-head.tsx'
import { TitleBar } from './title-bar.tsx'
import { useTitles } from '../../state/title.ts'

/** Around every page, signed in or not. */
export function Root() {
  const titles = useTitles()
  return (
    <>
      <TitleBar title={titles.page()} />
      <DocumentHead title={titles.page()} attention={titles.attention()} />
      <Outlet />
    </>
  )
}
