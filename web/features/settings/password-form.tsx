import { Show, createSignal } from 'solid-js'
import { z } from 'zod'
import { MIN_PASSWORD } from '#shared/domain/password.ts'
import { request } from '../../state/account-api.ts'
import { Button } from '../../ui/button.tsx'
import { TextInput } from '../../ui/field.tsx'
import { accountWords, settingsWords } from '../../words/settings.ts'
import { Problem, Saved, Section, useAction } from './section.tsx'
import styles from './settings.module.css'

const Changed = z.object({ devicesSignedOut: z.number() })

/** The password: changed with the current one, or set for the first time. */
export function PasswordForm(props: {
  readonly hasPassword: boolean
  readonly fresh: boolean
  readonly onChanged: () => void
}) {
  const [open, setOpen] = createSignal(false)
  const [current, setCurrent] = createSignal('')
  const [next, setNext] = createSignal('')
  const [signOutOthers, setSignOutOthers] = createSignal(true)
  const [saved, setSaved] = createSignal<string>()
  const [short, setShort] = createSignal(false)
  const action = useAction()
  const verb = () => (props.hasPassword ? accountWords.changePassword : accountWords.setPassword)

  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setShort([...next()].length < MIN_PASSWORD)
    if (short()) return
    const body = {
      ...(props.hasPassword ? { currentPassword: current() } : {}),
      newPassword: next(),
      signOutOthers: signOutOthers(),
    }
    const first = !props.hasPassword
    const done = await action.run(request(Changed, 'POST', '/me/password', body))
    if (done === undefined) return
    setCurrent('')
    setNext('')
    setOpen(false)
    setSaved(accountWords.passwordSaved(first, done.devicesSignedOut))
    props.onChanged()
  }

  return (
    <Section
      title={accountWords.password}
      text={props.hasPassword ? accountWords.hasPassword : accountWords.noPassword}
      action={
        <Show when={!open()}>
          <Button
            size="lg"
            disabled={!props.hasPassword && !props.fresh}
            onClick={() => {
              setSaved(undefined)
              setOpen(true)
            }}
          >
            {verb()}
          </Button>
        </Show>
      }
    >
      <Saved text={saved()} />
      <Show when={open()}>
        <form class={styles.form} onSubmit={(event) => void handleSubmit(event)}>
          <Show when={props.hasPassword}>
            <TextInput
              label={accountWords.currentPassword}
              type="password"
              name="current-password"
              autocomplete="current-password"
              required
              value={current()}
              onChange={setCurrent}
            />
          </Show>
          <TextInput
            label={accountWords.newPassword}
            type="password"
            name="new-password"
            autocomplete="new-password"
            required
            hint={accountWords.newPasswordHint}
            error={short() ? accountWords.newPasswordHint : undefined}
            value={next()}
            onChange={setNext}
          />
          <label class={styles.check}>
            <input
              type="checkbox"
              checked={signOutOthers()}
              onChange={(event) => setSignOutOthers(event.currentTarget.checked)}
            />
            {accountWords.signOutOthers}
          </label>
          <Problem text={action.problem()} />
          <div class={styles.actions}>
            <Button type="submit" size="lg" tone="ink" disabled={action.busy()}>
              {verb()}
            </Button>
            <Button size="lg" onClick={() => setOpen(false)}>
              {settingsWords.cancel}
            </Button>
          </div>
        </form>
      </Show>
    </Section>
  )
}
