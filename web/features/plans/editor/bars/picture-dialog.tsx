import { createSignal, createUniqueId } from 'solid-js'
import { Button } from '../../../../ui/button.tsx'
import { Dialog } from '../../../../ui/dialog.tsx'
import { TextInput } from '../../../../ui/field.tsx'
import { planWords } from '../../../../words/plan.ts'
import { uiWords } from '../../../../words/ui.ts'

const words = planWords.pictureDialog
const addressLimit = 2000
const altLimit = 300

/** Asks for the address of a picture and what it shows. */
export function PictureDialog(props: {
  readonly open: boolean
  readonly onClose: () => void
  readonly onPicture: (picture: { readonly src: string; readonly alt: string }) => void
}) {
  const formId = createUniqueId()
  const [src, setSrc] = createSignal('')
  const [alt, setAlt] = createSignal('')
  const [tried, setTried] = createSignal(false)
  const isAddress = () => /^https?:\/\/\S+$/.test(src().trim()) && src().length <= addressLimit
  const close = (): void => {
    setSrc('')
    setAlt('')
    setTried(false)
    props.onClose()
  }
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => open || close()}
      title={words.title}
      footer={
        <>
          <Button size="lg" onClick={close}>
            {uiWords.cancel}
          </Button>
          <Button size="lg" tone="ink" type="submit" form={formId}>
            {words.confirm}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          setTried(true)
          if (!isAddress()) return
          const picture = { src: src().trim(), alt: alt().trim().slice(0, altLimit) }
          close()
          props.onPicture(picture)
        }}
        style={{ display: 'grid', gap: 'var(--sp-6)' }}
      >
        <TextInput
          label={words.address}
          type="url"
          inputmode="url"
          autocomplete="off"
          placeholder={planWords.link.holder}
          hint={words.hint}
          error={tried() && !isAddress() ? words.wrong : undefined}
          value={src()}
          onChange={setSrc}
        />
        <TextInput label={words.alt} optional limit={altLimit} value={alt()} onChange={setAlt} />
      </form>
    </Dialog>
  )
}
