import { createSignal, createUniqueId } from 'solid-js'
import { planLabelLimit } from '#shared/domain/plan.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextInput } from '../../../ui/field.tsx'
import { historyWords } from '../../../words/plan-history.ts'
import { uiWords } from '../../../words/ui.ts'

/** Gives a name to what is there now. */
export function KeepDialog(props: {
  readonly open: boolean
  readonly onClose: () => void
  readonly onKeep: (label: string) => void
}) {
  const [label, setLabel] = createSignal('')
  const form = createUniqueId()
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => open || props.onClose()}
      title={historyWords.keepTitle}
      description={historyWords.keepText}
      footer={
        <>
          <Button size="lg" onClick={() => props.onClose()}>
            {uiWords.cancel}
          </Button>
          <Button size="lg" tone="ink" type="submit" form={form}>
            {historyWords.keepDo}
          </Button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault()
          const name = label().trim()
          if (name === '') return
          props.onClose()
          setLabel('')
          props.onKeep(name)
        }}
      >
        <TextInput
          label={historyWords.name}
          placeholder={historyWords.nameHolder}
          value={label()}
          onChange={setLabel}
          limit={planLabelLimit}
          required
          autocomplete="off"
        />
      </form>
    </Dialog>
  )
}
