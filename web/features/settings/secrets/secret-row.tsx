import { Ellipsis, Pencil, RefreshCw, Trash2, type IconNode } from 'lucide'
import { Show } from 'solid-js'
import type { Secret } from '#shared/domain/secret.ts'
import { useFrame } from '../../../state/frame.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { keys } from '#sync/core/keys.ts'
import { Chip } from '../../../ui/chip.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { Menu, MenuItem } from '../../../ui/menu.tsx'
import { Time } from '../../../ui/time.tsx'
import { secretWords as words } from '../../../words/secrets.ts'
import settings from '../settings.module.css'
import styles from './secrets.module.css'

/** What people may know of a secret. */
export function SecretRow(props: {
  readonly secret: Secret
  readonly icon: IconNode
  readonly mayChange: boolean
  readonly onAct: (what: 'replace' | 'describe' | 'delete') => void
}) {
  const data = useTeamData()
  const frame = useFrame()
  const by = () => data.members.get(keys.member(props.secret.changedBy))?.name
  return (
    <li class={settings.row}>
      <Icon of={props.icon} />
      <div class={settings.rowMain}>
        <span class={settings.rowTitle}>
          <code>{props.secret.name}</code>
          <Show when={props.secret.kind !== 'text'}>
            <Chip>{words.kinds[props.secret.kind]}</Chip>
          </Show>
        </span>
        <Show when={props.secret.description}>{(text) => <span class={settings.rowMeta}>{text()}</span>}</Show>
        <Show when={props.secret.unreadable}>
          <span class={`${settings.rowMeta} ${styles.trouble}`}>{words.unreadable}</span>
        </Show>
        <span class={settings.rowMeta}>
          {props.secret.version === 1 ? words.added : words.replaced} <Time at={props.secret.changedAt} form="when" />
          <Show when={props.secret.owner === 'team' && by()}>{(name) => ` ${words.by(name())}`}</Show>
          {' · '}
          <Show when={props.secret.lastUsed} fallback={words.neverUsed}>
            {(used) => (
              <>
                {words.lastUsed} <Time at={used().at} />
              </>
            )}
          </Show>
        </span>
      </div>
      <Show when={props.mayChange}>
        <div class={settings.rowActions}>
          <Menu icon={Ellipsis} label={words.moreLabel(props.secret.name)} size={frame() === 'phone' ? 'touch' : 'md'}>
            <MenuItem icon={RefreshCw} onSelect={() => props.onAct('replace')}>
              {words.replace}
            </MenuItem>
            <MenuItem icon={Pencil} onSelect={() => props.onAct('describe')}>
              {words.describe}
            </MenuItem>
            <MenuItem icon={Trash2} tone="danger" onSelect={() => props.onAct('delete')}>
              {words.delete}
            </MenuItem>
          </Menu>
        </div>
      </Show>
    </li>
  )
}
