import { ArrowUp, CornerDownLeft, ListPlus, Zap } from 'lucide'
import { For, Show, createEffect, createMemo, createSignal, createUniqueId, on, onCleanup, onMount } from 'solid-js'
import { isPicture, promptAttachmentsLimit, type Attachment } from '#shared/domain/attachment.ts'
import { promptLimit, type PromptMode } from '#shared/domain/prompt.ts'
import { canWritePlans } from '#shared/domain/plan-command.ts'
import { hasEnded, isHeld } from '#shared/domain/run.ts'
import { Runner } from '#shared/domain/team.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { IconButton } from '../../../ui/button.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { Kbd } from '../../../ui/kbd.tsx'
import { Mentions } from '../../../ui/mentions.tsx'
import { AttachButton } from '../../../ui/attachments/attach-button.tsx'
import { Attachments } from '../../../ui/attachments/attachments.tsx'
import { filesOf, useAttaching } from '../../../state/attachments.ts'
import { useMessageDraft } from '../../../state/draft.ts'
import { useMedia } from '../../../state/frame.ts'
import { isKey, useKeys } from '../../../state/keyboard.ts'
import { useIds } from '../../../state/platform.ts'
import { useMentions } from '../../../state/mentions.ts'
import { useSendingMode } from '../../../state/sending-mode.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { attachmentWords } from '../../../words/attachments.ts'
import { runWords } from '../../../words/run.ts'
import { uiWords } from '../../../words/ui.ts'
import { useReadAttachment } from '../read-attachment.ts'
import { useScene } from '../scene.ts'
import { readMessage } from './commands.ts'
import type { ComposerLists } from './composer-lists.ts'
import { afterSending, type Waiting } from './queue.ts'
import { QueuePanel } from './queue-panel.tsx'
import { refusalText } from '../../../state/refusal-text.ts'
import { Problem } from '../../../ui/problem.tsx'
import { useSlash } from './use-slash.ts'
import styles from './composer.module.css'

export type ComposerHandle = {
  /** Puts text after what stands there, and the cursor after it; files that it had go with it. */
  readonly append: (text: string, attachments?: readonly Attachment[]) => void
  /** Whether what stands there is on the device. */
  readonly kept: () => Promise<boolean>
  readonly focus: () => void
}

/**
 * Where messages are written. What is typed is kept on the device with every change, and cleared only when the message
 * itself is durable; a message that could not be kept stays where it is.
 */
export function Composer(props: {
  readonly waiting: readonly Waiting[]
  readonly handle: (handle: ComposerHandle) => void
  readonly announce: (text: string) => void
  /** What can be named in a message beside plans and runs. */
  readonly lists?: ComposerLists | undefined
}) {
  const scene = useScene()
  const workspace = useWorkspace()
  const ids = useIds()
  const coarse = useMedia('(pointer: coarse)')
  const draft = useMessageDraft(`run/${scene.runId}`)
  const { mode, choose: setMode } = useSendingMode(scene.runId)
  const [sending, setSending] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const id = createUniqueId()
  let area!: HTMLTextAreaElement
  const mentions = useMentions({
    runId: scene.runId,
    paths: () => props.lists?.paths(),
    blobs: scene.blobs,
    recent: () => props.lists?.recent() ?? [],
    commands: () => props.lists?.commands() ?? [],
  })
  const read = useReadAttachment()

  const works = createMemo(() => isHeld(scene.run().state))
  const ended = createMemo(() => hasEnded(scene.run().state))
  const over = () => draft.text().length - promptLimit
  const canSend = () =>
    scene.canSteer() && (draft.text().trim() !== '' || draft.attachments().length > 0) && over() <= 0 && !sending()
  const placeholder = (): string => {
    if (!scene.canSteer()) return runWords.composer.viewer
    if (ended()) return runWords.composer.followUp(scene.agent().name)
    if (!works()) return runWords.composer.waitingPlaceholder
    return mode() === 'interrupt'
      ? runWords.composer.nowPlaceholder(scene.agent().name)
      : runWords.composer.queuePlaceholder
  }
  const sendLabel = (): string => {
    if (ended() || !works()) return runWords.composer.send
    return mode() === 'interrupt' ? runWords.composer.now : runWords.composer.queue
  }

  const resize = (): void => {
    if (CSS.supports('field-sizing', 'content')) return
    area.style.blockSize = 'auto'
    area.style.blockSize = `${area.scrollHeight}px`
  }
  createEffect(on(() => draft.text(), resize))
  useKeys({
    'Mod+j': () => {
      if (!works() || !scene.canSteer()) return false
      const next = mode() === 'queue' ? 'interrupt' : 'queue'
      setMode(next)
      props.announce(choices.find((choice) => choice.mode === next)?.hint ?? '')
      return true
    },
  })

  const handle: ComposerHandle = {
    append(text, attachments = []) {
      const now = draft.text()
      draft.set(now.trim() === '' ? text : `${now.trimEnd()}\n\n${text}`)
      const known = new Set(draft.attachments().map(({ blob }) => blob))
      const more = attachments.filter(({ blob }) => !known.has(blob))
      if (more.length > 0) draft.attach([...draft.attachments(), ...more].slice(0, promptAttachmentsLimit))
      area.focus()
    },
    kept: draft.kept,
    focus: () => area.focus(),
  }
  onMount(() => props.handle(handle))

  /** Before the message is removed, so that its text is always somewhere; taken out again where it was not removed. */
  const takeBack = async (text: string, attachments: readonly Attachment[]): Promise<() => Promise<void>> => {
    if (draft.text().trim() !== '' || draft.attachments().length > 0) return async () => undefined
    draft.startAnew(text, attachments)
    await draft.kept()
    return async () => {
      if (draft.text() === text) await draft.clear()
    }
  }

  const attaching = useAttaching({
    attachments: draft.attachments,
    set: draft.attach,
    inRun: () => scene.run().pictures ?? 0,
    onProblem: setProblem,
  })
  const canAttach = () => scene.canSteer() && !scene.guest
  /** Whether pictures are shown to the agent, as far as that is known. */
  const pictureNote = (): string | undefined => {
    const { images, name } = scene.agent()
    if (images === undefined) return undefined
    return images ? attachmentWords.shown(name) : attachmentWords.asFiles(name)
  }
  const [dropping, setDropping] = createSignal(false)
  const takeFiles = (event: Event, data: DataTransfer | null): void => {
    const files = filesOf(data)
    if (!canAttach() || files.length === 0) return
    event.preventDefault()
    void attaching.add(files)
  }

  const canPlan = async (): Promise<boolean> => {
    const { config, hostName } = scene.run()
    const runners = await workspace.query((tx) => scanRows(tx, keys.runners, Runner))
    return canWritePlans(runners, { ...config, host: hostName ?? config.host })
  }

  const slash = useSlash({
    lists: () => props.lists,
    announce: (text) => props.announce(text),
    onProblem: setProblem,
  })

  const send = async (): Promise<void> => {
    if (!canSend()) return
    const text = draft.text()
    const files = [...draft.attachments()]
    setSending(true)
    setProblem(undefined)
    try {
      const said = await readMessage(text.trim() === '' ? attachmentWords.onlyFiles(files.length) : text, canPlan)
      if (!said.ok) return void setProblem(said.why)
      // Before the message, so that one that is on its way is never without them.
      if (files.length > 0) await workspace.sendAttachments(files.map(({ blob }) => blob))
      await workspace.mutate.sendPrompt({
        runId: scene.runId,
        promptId: draft.promptId(),
        deliveryId: ids.deliveryId(),
        text: said.text,
        mode: works() && !said.waits ? mode() : 'queue',
        ...(files.length === 0 ? {} : { attachments: files }),
      })
      const left = afterSending(draft.text(), text)
      const sent = new Set(files.map(({ blob }) => blob))
      const others = draft.attachments().filter(({ blob }) => !sent.has(blob))
      if (left === '' && others.length === 0) await draft.clear()
      else draft.startAnew(left, others)
    } catch (error) {
      setProblem(refusalText(error, runWords.composer.notKept))
    } finally {
      setSending(false)
      setTyping(false)
    }
  }

  const handleKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return
    if (isKey(event, 'Escape')) {
      event.preventDefault()
      scene.toTranscript()
      return
    }
    // On a phone's keyboard Enter is the only way to a new line.
    const sends = isKey(event, 'Mod+Enter') || (isKey(event, 'Enter') && !scene.phone() && !coarse())
    if (!sends) return
    event.preventDefault()
    void send()
  }

  // Others see who is writing; it ends some seconds after the last key.
  let idle: ReturnType<typeof setTimeout> | undefined
  let typing = false
  const setTyping = (now: boolean): void => {
    clearTimeout(idle)
    if (now) idle = setTimeout(() => setTyping(false), 5_000)
    if (now !== typing) workspace.setPresence(scene.runId, now)
    typing = now
  }
  onCleanup(() => clearTimeout(idle))

  return (
    <div class={styles.composer}>
      <QueuePanel waiting={props.waiting} announce={props.announce} onTakeBack={takeBack} mentions={mentions} />
      <Problem text={problem() ?? (draft.lost() ? uiWords.draftNotKept : undefined)} class={styles.problem} />
      <form
        class={styles.box}
        data-off={scene.canSteer() ? undefined : ''}
        data-drop={dropping() ? '' : undefined}
        onDragOver={(event) => {
          if (!canAttach() || event.dataTransfer?.types.includes('Files') !== true) return
          event.preventDefault()
          setDropping(true)
        }}
        onDragLeave={() => setDropping(false)}
        onDrop={(event) => {
          setDropping(false)
          takeFiles(event, event.dataTransfer)
        }}
        onPaste={(event) => {
          // A table or a page that was copied comes as a picture too: then the text is meant.
          if (event.clipboardData?.types.includes('text/plain') === true) return
          takeFiles(event, event.clipboardData)
        }}
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
      >
        <label class={styles.label} for={`message-${id}`}>
          {runWords.composer.label}
        </label>
        <textarea
          ref={area}
          id={`message-${id}`}
          class={styles.area}
          rows="1"
          dir="auto"
          enterkeyhint={scene.phone() || coarse() ? 'enter' : 'send'}
          placeholder={placeholder()}
          disabled={!scene.canSteer()}
          value={draft.text()}
          onInput={(event) => {
            draft.set(event.currentTarget.value)
            setTyping(event.currentTarget.value !== '')
          }}
          onBlur={() => setTyping(false)}
          onKeyDown={handleKeyDown}
          aria-describedby={over() > 0 ? `over-${id}` : undefined}
          aria-invalid={over() > 0 ? 'true' : undefined}
        />
        <Mentions area={() => area} finder={mentions} slash={scene.canSteer() ? slash : undefined} />
        <Show when={over() > 0}>
          <p class={styles.over} id={`over-${id}`}>
            {uiWords.tooLong(over())}
          </p>
        </Show>
        <Attachments attachments={draft.attachments()} read={read} onRemove={attaching.remove} />
        <Show when={draft.attachments().some(isPicture) && pictureNote()}>
          {(note) => <p class={styles.note}>{note()}</p>}
        </Show>
        <div class={styles.tools}>
          <Show when={canAttach()}>
            <AttachButton busy={attaching.busy()} onFiles={(files) => void attaching.add(files)} />
          </Show>
          <Show when={works() && scene.canSteer()}>
            <ModeChoice mode={mode()} onMode={setMode} />
          </Show>
          <span class={styles.grow} />
          <Show when={scene.canSteer() && !scene.phone() && !coarse()}>
            <span class={styles.hint} aria-hidden="true">
              <Kbd>
                <Icon of={CornerDownLeft} size="sm" />
              </Kbd>
              {runWords.composer.keys}
            </span>
          </Show>
          <IconButton type="submit" tone="ink" icon={ArrowUp} label={sendLabel()} disabled={!canSend()} />
        </div>
      </form>
    </div>
  )
}

const choices = [
  { mode: 'queue', label: runWords.composer.modeQueue, hint: runWords.composer.modeQueueHint, icon: ListPlus },
  { mode: 'interrupt', label: runWords.composer.modeNow, hint: runWords.composer.modeNowHint, icon: Zap },
] as const

/** While the agent works: wait for the turn's end, or interrupt it. */
function ModeChoice(props: { readonly mode: PromptMode; readonly onMode: (mode: PromptMode) => void }) {
  const name = createUniqueId()
  return (
    <fieldset class={styles.modes}>
      <legend class={styles.label}>{runWords.composer.mode}</legend>
      <For each={choices}>
        {(choice) => (
          <label class={styles.mode} title={choice.hint} data-on={props.mode === choice.mode ? '' : undefined}>
            <input
              type="radio"
              name={name}
              value={choice.mode}
              checked={props.mode === choice.mode}
              onChange={() => props.onMode(choice.mode)}
            />
            <Icon of={choice.icon} size="sm" />
            {choice.label}
          </label>
        )}
      </For>
      <span class={styles.modeHint}>{choices.find((choice) => choice.mode === props.mode)?.hint}</span>
    </fieldset>
  )
}
