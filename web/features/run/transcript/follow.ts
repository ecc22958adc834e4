/**
 * Whether the transcript keeps its end in view. It follows until a person scrolls up; then it holds still, counts what
 * arrives below, and follows again once the end is in view or is asked for.
 */
export type Follow = {
  readonly following: boolean
  /** `n` of the last entry that has been in view at the end. */
  readonly seen: number
  /** Entries that came since. */
  readonly below: number
}

export type FollowEvent =
  /** The transcript's last entry is `last` now. */
  | { readonly type: 'grew'; readonly last: number }
  /** The position changed; `atEnd` is told by the list, `byPerson` by wheel, touch, key or scroll bar. */
  | { readonly type: 'moved'; readonly atEnd: boolean; readonly byPerson: boolean; readonly last: number }
  | { readonly type: 'toEnd'; readonly last: number }
  /** A link to an entry was opened: it is shown, and the end is left alone. */
  | { readonly type: 'toEntry'; readonly last: number }

export const initialFollow: Follow = { following: true, seen: 0, below: 0 }

export function follow(state: Follow, event: FollowEvent): Follow {
  switch (event.type) {
    case 'grew':
      if (state.following) return same(state, { following: true, seen: Math.max(state.seen, event.last), below: 0 })
      return same(state, { ...state, below: Math.max(0, event.last - state.seen) })
    case 'moved':
      if (event.atEnd) return same(state, { following: true, seen: Math.max(state.seen, event.last), below: 0 })
      return event.byPerson ? same(state, { ...state, following: false }) : state
    case 'toEnd':
      return same(state, { following: true, seen: Math.max(state.seen, event.last), below: 0 })
    case 'toEntry':
      return same(state, { following: false, seen: Math.max(state.seen, event.last), below: 0 })
  }
}

function same(before: Follow, after: Follow): Follow {
  return before.following === after.following && before.seen === after.seen && before.below === after.below
    ? before
    : after
}
