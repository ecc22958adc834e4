import { createSignal } from 'solid-js'
import { secretDescriptionLimit, type Secret } from '#shared/domain/secret.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import type { Secrets } from '../../../state/secrets.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextInput } from '../../../ui/field.tsx'
import { secretWords as words } from '../../../words/secrets.ts'
import { Problem } from '../section.tsx'
import styles from './secrets.module.css'

export function DescribeDialog(props: {
  readonly secrets: Secrets
  readonly of: Secret
  readonly onClose: () => void
}) {
  const [typed, setTyped] = createSignal<string>()
  const [problem, setProblem] = createSignal<string>()
  const text = () => typed() ?? props.of.description ?? ''
  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (text().trim().length > secretDescriptionLimit) return
    try {
      await props.secrets.describe(props.of, text().trim())
      props.onClose()
    } catch (error) {
      setProblem(refusalText(error))
    }
  }
  return (
    <Dialog
      open
      onOpenChange={() => props.onClose()}
      title={words.describeTitle(props.of.name)}
      footer={
        <Button size="lg" tone="ink" type="submit" form="describe">
          {words.save}
        </Button>
      }
    >
      <form id="describe" class={styles.form} onSubmit={(event) => void handleSubmit(event)}>
        <TextInput
          label={words.description}
          optional
          hint={props.of.owner === 'team' ? words.descriptionHint : words.descriptionHintOwn}
          value={text()}
          onChange={setTyped}
          limit={secretDescriptionLimit}
        />
        <Problem text={problem()} />
      </form>
    </Dialog>
  )
}
