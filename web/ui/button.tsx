import type { IconNode } from 'lucide'
import { Show, mergeProps, splitProps, type JSX } from 'solid-js'
import { Icon } from './icon.tsx'
import { Kbd } from './kbd.tsx'
import { TooltipButton } from './tooltip.tsx'
import styles from './button.module.css'

export type ButtonLook = {
  /** `turn` is amber: only the one button that answers an ask. `ink` is the page's main action. */
  readonly tone?: 'plain' | 'ghost' | 'ink' | 'turn' | 'danger' | undefined
  readonly size?: 'sm' | 'md' | 'lg' | 'touch' | undefined
  readonly wide?: boolean | undefined
}

type ButtonProps = ButtonLook &
  JSX.ButtonHTMLAttributes<HTMLButtonElement> & {
    readonly icon?: IconNode | undefined
    readonly keys?: string | undefined
  }

/** A verb. `keys` shows the key that does the same. */
export function Button(props: ButtonProps) {
  const withType = mergeProps({ type: 'button' as const }, props)
  const [look, own, rest] = splitProps(withType, ['tone', 'size', 'wide'], ['icon', 'keys', 'children', 'class'])
  return (
    <button
      {...rest}
      class={`${styles.button} ${own.class ?? ''}`}
      data-tone={look.tone ?? 'plain'}
      data-size={look.size ?? 'md'}
      data-wide={look.wide}
    >
      <ButtonInside icon={own.icon} keys={own.keys}>
        {own.children}
      </ButtonInside>
    </button>
  )
}

/** What stands in a button; also for links that look like one (`buttonClass`, `data-tone`, `data-size`). */
export function ButtonInside(props: {
  readonly icon?: IconNode | undefined
  readonly keys?: string | undefined
  readonly children: JSX.Element
}) {
  return (
    <>
      <Show when={props.icon}>{(icon) => <Icon of={icon()} size="sm" />}</Show>
      {props.children}
      <Show when={props.keys}>{(keys) => <Kbd>{keys()}</Kbd>}</Show>
    </>
  )
}

export const buttonClass = styles.button

type IconButtonProps = Omit<ButtonLook, 'wide'> &
  Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'children'> & {
    readonly icon: IconNode
    readonly label: string
    readonly keys?: string | undefined
  }

/** An icon alone: its label is spoken and shown, with the key, in a tooltip. */
export function IconButton(props: IconButtonProps) {
  const withType = mergeProps({ type: 'button' as const }, props)
  const [look, own, rest] = splitProps(withType, ['tone', 'size'], ['icon', 'label', 'keys', 'class'])
  return (
    <TooltipButton
      {...rest}
      text={own.label}
      keys={own.keys}
      class={`${styles.button} ${own.class ?? ''}`}
      data-tone={look.tone ?? 'ghost'}
      data-size={look.size ?? 'md'}
      data-square=""
      aria-label={own.label}
    >
      <Icon of={own.icon} size={look.size === 'touch' ? 'lg' : 'sm'} />
    </TooltipButton>
  )
}
