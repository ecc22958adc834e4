/**
 * Native attributes handed on to a Kobalte part as they are. Its types know no optional field that is set to `undefined`,
 * though its code takes one as absent, so the compiler is shown no fields here: the wrapper's own props are checked.
 */
export function given(attributes: object): object {
  return attributes
}
