import { defaultHandlers, type Handle } from 'mdast-util-to-markdown'
import type { Link } from 'mdast'

const uri = /^[a-z][a-z0-9+.-]{1,31}:/i
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const mail = new RegExp(String.raw`^mailto:[a-z0-9.!#$%&'*+/=?^_\x60{|}~-]+@${label}(?:\.${label})*$`, 'i')

/**
 * The library writes each address that is its own text between `<` and `>`. CommonMark reads fewer of them there (6.5: a scheme of 2 to 32 characters, a domain without `_`) than
 * GitHub's bare addresses can be; others keep their brackets and parentheses.
 */
export const writeLink: Handle = Object.assign(
  (link: Link, parent: Parameters<Handle>[1], state: Parameters<Handle>[2], info: Parameters<Handle>[3]): string =>
    defaultHandlers.link(link, parent, stateFor(link, state), info),
  {
    peek: (link: Link, _parent: unknown, state: Parameters<Handle>[2]): string =>
      defaultHandlers.link.peek(link, undefined, stateFor(link, state)),
  },
)

function stateFor(link: Link, state: Parameters<Handle>[2]): Parameters<Handle>[2] {
  const text = link.children[0]
  const isWhole = text?.type === 'text' && text.value === link.url
  return (isWhole ? uri : mail).test(link.url) ? state : { ...state, options: { ...state.options, resourceLink: true } }
}
