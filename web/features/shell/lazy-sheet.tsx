import { Show, createEffect, createSignal, type Component, type JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { showToast } from '../../ui/toast.tsx'
import { uiWords } from '../../words/ui.ts'

export type SheetProps = { readonly open: boolean; readonly onOpenChange: (open: boolean) => void }

/** A sheet whose code is fetched when it is first opened, so that the first page does not wait for it. Stays in place then. */
export function LazySheet<Props extends SheetProps>(props: {
  readonly load: () => Promise<Component<Props>>
  readonly with: Props
}): JSX.Element {
  const [sheet, setSheet] = createSignal<Component<Props>>()
  let loading: Promise<void> | undefined
  const load = async (): Promise<void> => {
    try {
      const loaded = await props.load()
      setSheet(() => loaded)
    } catch {
      props.with.onOpenChange(false)
      showToast({ text: uiWords.notLoaded })
    }
    loading = undefined
  }
  createEffect(() => {
    if (props.with.open && sheet() === undefined) loading ??= load()
  })
  return <Show when={sheet()}>{(loaded) => <Dynamic component={loaded()} {...props.with} />}</Show>
}
