import { Show, createMemo, createSignal } from 'solid-js'
import { isTooPlain } from '#shared/domain/secret-hiding.ts'
import { isReservedName } from '#shared/domain/secret-scope.ts'
import { checkSecretValue } from '#shared/domain/secret-value.ts'
import {
  secretDescriptionLimit,
  secretKinds,
  SecretName,
  type Secret,
  type SecretKind,
  type SecretOwner,
} from '#shared/domain/secret.ts'
import { useIds } from '../../../state/platform.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import type { Secrets } from '../../../state/secrets.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextInput } from '../../../ui/field.tsx'
import { Select } from '../../../ui/select.tsx'
import { secretWords as words } from '../../../words/secrets.ts'
import { Problem } from '../section.tsx'
import { valueOf, type Typed } from './secret-fields.ts'
import styles from './secrets.module.css'
import { ValueFields } from './value-fields.tsx'

/** A new secret, or a new value for one. What was typed is in this dialog alone and gone with it. */
export function SecretDialog(props: {
  readonly secrets: Secrets
  readonly owner: SecretOwner
  /** The one whose value is replaced. */
  readonly of?: Secret | undefined
  readonly onClose: () => void
}) {
  const ids = useIds()
  const [name, setName] = createSignal('')
  const [chosenKind, setKind] = createSignal<SecretKind>('text')
  const [description, setDescription] = createSignal('')
  const [typed, setTyped] = createSignal<Typed>({})
  const [wasSent, setWasSent] = createSignal(false)
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const kind = (): SecretKind => props.of?.kind ?? chosenKind()
  const checked = createMemo(() => checkSecretValue(kind(), valueOf(kind(), typed())))

  const nameError = (): string | undefined => {
    if (props.of !== undefined || !wasSent()) return undefined
    const parsed = SecretName.safeParse(name().trim())
    if (!parsed.success) return words.nameForm
    if (isReservedName(parsed.data)) return words.nameReserved
    const known = props.owner === 'team' ? props.secrets.team() : props.secrets.own()
    return known.some((one) => one.name === parsed.data) ? words.nameTaken : undefined
  }
  const valueError = (): string | undefined => {
    const so = checked()
    return so.ok || !wasSent() ? undefined : words.problem(so.error.problem, so.error.field)
  }
  const said = (): string[] => {
    const so = checked()
    if (!so.ok) return []
    const plain = kind() === 'text' && isTooPlain(so.value.value) ? [words.tooPlain] : []
    return [...so.value.tidied.map((what) => words.tidied[what]), ...plain]
  }

  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setWasSent(true)
    const so = checked()
    if (busy() || !so.ok || nameError() !== undefined) return
    setBusy(true)
    setProblem(undefined)
    try {
      const { value } = so.value
      if (props.of !== undefined) await props.secrets.replace(props.of, value)
      else
        await props.secrets.create({
          id: ids.secretId(),
          owner: props.owner,
          name: SecretName.parse(name().trim()),
          kind: kind(),
          description: description().trim(),
          value,
        })
      setTyped({})
      props.onClose()
    } catch (error) {
      setProblem(refusalText(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      onOpenChange={() => props.onClose()}
      title={props.of === undefined ? words.addTitle[props.owner] : words.replaceTitle(props.of.name)}
      description={props.of === undefined ? words.sealed : words.replaceText}
      footer={
        <Button size="lg" tone="ink" type="submit" form="secret" disabled={busy()}>
          {props.of === undefined ? words.create : words.replaceNow}
        </Button>
      }
    >
      <form id="secret" class={styles.form} novalidate onSubmit={(event) => void handleSubmit(event)}>
        <Show when={props.of === undefined}>
          <TextInput
            label={words.name}
            hint={words.nameHint}
            error={nameError()}
            value={name()}
            onChange={setName}
            limit={128}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
          />
          <Select
            label={words.kind}
            choices={secretKinds.map((value) => ({ value, label: words.kinds[value], hint: words.kindHints[value] }))}
            value={chosenKind()}
            onChange={(next) => {
              setKind(next)
              setTyped({})
              setWasSent(false)
            }}
            hint={words.kindHints[kind()]}
          />
        </Show>
        <ValueFields
          kind={kind()}
          typed={typed()}
          onChange={(changed) => setTyped({ ...typed(), ...changed })}
          error={valueError()}
          said={said()}
          label={props.of === undefined ? undefined : words.newValue}
        />
        <Show when={props.of === undefined}>
          <TextInput
            label={words.description}
            optional
            hint={props.owner === 'team' ? words.descriptionHint : words.descriptionHintOwn}
            value={description()}
            onChange={setDescription}
            limit={secretDescriptionLimit}
          />
        </Show>
        <Problem text={problem()} />
      </form>
    </Dialog>
  )
}
