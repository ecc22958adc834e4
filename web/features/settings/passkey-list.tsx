import { Ellipsis, KeyRound } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { z } from 'zod'
import { err, type Result } from '#shared/result.ts'
import { Nothing, request, type ApiProblem } from '../../state/account-api.ts'
import { createPasskey, hasPasskeys } from '../../state/passkey.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { TextInput } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { Time } from '../../ui/time.tsx'
import { passkeyProblems } from '../../words/auth.ts'
import { accountWords, settingsWords } from '../../words/settings.ts'
import type { WaysIn } from './ways-in.ts'
import { Problem, Section, useAction } from './section.tsx'
import styles from './settings.module.css'

type Passkey = WaysIn['passkeys'][number]

export function PasskeyList(props: { readonly ways: WaysIn; readonly onChanged: () => void }) {
  const action = useAction()
  const [removing, setRemoving] = createSignal<Passkey>()
  const [renaming, setRenaming] = createSignal<Passkey>()
  const works = () => props.ways.passkeysWork && hasPasskeys()

  const handleAdd = async (): Promise<void> => {
    const done = await action.run(addPasskey())
    if (done !== undefined) props.onChanged()
  }

  const handleRemove = async (passkey: Passkey): Promise<void> => {
    const done = await action.run(request(Nothing, 'DELETE', `/me/passkeys/${passkey.id}`))
    if (done !== undefined) props.onChanged()
  }

  return (
    <Section
      title={accountWords.passkeys}
      text={accountWords.passkeysText}
      action={
        <Show when={works()}>
          <Button size="lg" disabled={action.busy() || !props.ways.fresh} onClick={() => void handleAdd()}>
            {accountWords.addPasskey}
          </Button>
        </Show>
      }
    >
      <Problem text={action.problem()} />
      <Show when={!works()}>
        <p class={styles.note}>{accountWords.noPasskeysHere}</p>
      </Show>
      <Show when={works() && !props.ways.fresh}>
        <p class={styles.note}>{accountWords.stale}</p>
      </Show>
      <Show when={props.ways.passkeys.length > 0} fallback={<p class={styles.empty}>{accountWords.noPasskeys}</p>}>
        <ul class={styles.rows}>
          <For each={props.ways.passkeys}>
            {(passkey) => (
              <li class={styles.row}>
                <Icon of={KeyRound} />
                <div class={styles.rowMain}>
                  <span class={styles.rowTitle}>{passkey.name}</span>
                  <span class={styles.rowMeta}>
                    <Show when={passkey.createdAt}>
                      {(at) => (
                        <>
                          {accountWords.passkeyAdded('')}
                          <Time at={at()} form="when" />
                          {' · '}
                        </>
                      )}
                    </Show>
                    {passkey.synced ? accountWords.passkeySynced : accountWords.passkeyOneDevice}
                  </span>
                </div>
                <div class={styles.rowActions}>
                  <Menu icon={Ellipsis} label={passkey.name}>
                    <MenuItem onSelect={() => setRenaming(passkey)}>{accountWords.renamePasskey}</MenuItem>
                    <MenuItem tone="danger" disabled={!props.ways.fresh} onSelect={() => setRemoving(passkey)}>
                      {settingsWords.remove}
                    </MenuItem>
                  </Menu>
                </div>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={removing()} keyed>
        {(passkey) => (
          <ConfirmDialog
            open
            onOpenChange={() => setRemoving(undefined)}
            title={accountWords.removePasskey(passkey.name)}
            description={accountWords.removePasskeyText}
            confirm={settingsWords.remove}
            tone="danger"
            onConfirm={() => void handleRemove(passkey)}
          />
        )}
      </Show>
      <Show when={renaming()} keyed>
        {(passkey) => (
          <Rename
            passkey={passkey}
            onClose={() => setRenaming(undefined)}
            onRenamed={() => {
              setRenaming(undefined)
              props.onChanged()
            }}
          />
        )}
      </Show>
    </Section>
  )
}

async function addPasskey(): Promise<Result<object, ApiProblem>> {
  const options = await request(z.looseObject({}), 'POST', '/me/passkeys/options', {})
  if (!options.ok) return options
  const made = await createPasskey(options.value)
  if (!made.ok) return err({ code: 'invalid', error: passkeyProblems[made.error] })
  return await request(Nothing, 'POST', '/me/passkeys', { response: made.value })
}

function Rename(props: { readonly passkey: Passkey; readonly onClose: () => void; readonly onRenamed: () => void }) {
  const [typed, setTyped] = createSignal<string>()
  const name = () => typed() ?? props.passkey.name
  const action = useAction()
  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const done = await action.run(request(Nothing, 'PATCH', `/me/passkeys/${props.passkey.id}`, { name: name() }))
    if (done !== undefined) props.onRenamed()
  }
  return (
    <Dialog
      open
      onOpenChange={() => props.onClose()}
      title={accountWords.renamePasskey}
      footer={
        <Button size="lg" tone="ink" type="submit" form="rename-passkey" disabled={action.busy()}>
          {settingsWords.save}
        </Button>
      }
    >
      <form id="rename-passkey" onSubmit={(event) => void handleSubmit(event)}>
        <TextInput
          label={accountWords.passkeyName}
          limit={80}
          required
          error={action.problem()}
          value={name()}
          onChange={setTyped}
        />
      </form>
    </Dialog>
  )
}
