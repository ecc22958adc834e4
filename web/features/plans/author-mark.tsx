import { Match, Switch } from 'solid-js'
import type { CommentAuthor } from '#shared/domain/plan-comment.ts'
import { keys } from '#sync/core/keys.ts'
import { useCallName } from '../../state/call-name.ts'
import { useTeamData } from '../../state/team-data.ts'
import { AgentTile, Avatar } from '../../ui/avatar.tsx'

/** Whose hand it was: people round, agents square; nothing where it was nobody's alone. */
export function AuthorMark(props: { readonly author: CommentAuthor; readonly size?: 'sm' | 'md' | 'lg' }) {
  const data = useTeamData()
  const callName = useCallName()
  const person = () => (props.author.kind === 'person' ? props.author.userId : undefined)
  const guest = () => (props.author.kind === 'guest' ? props.author.name : undefined)
  const harness = () => (props.author.kind === 'agent' ? data.harness(props.author.harness) : undefined)
  return (
    <Switch>
      <Match when={person()}>
        {(id) => (
          <Avatar
            name={data.members.get(keys.member(id()))?.name ?? callName(id())}
            hue={data.members.get(keys.member(id()))?.hue ?? 1}
            size={props.size}
          />
        )}
      </Match>
      <Match when={guest()}>{(name) => <Avatar name={name()} hue={1} size={props.size} guest />}</Match>
      <Match when={harness()}>
        {(agent) => <AgentTile letters={agent().letters} label={agent().name} size={props.size} />}
      </Match>
    </Switch>
  )
}
