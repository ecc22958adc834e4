import { assert } from '../assert.ts'
import type { ArrayValue, Redirection, TestExpression } from 'unbash'
import type { CommandRedirect, DynamicWord } from './command-types.ts'
import { kindOf, toWord } from './command-words.ts'
import { expansion } from './incoming-words.ts'
import type { Place } from './part-place.ts'

export function redirection(syntax: Redirection, place: Pick<Place, 'source'>): CommandRedirect {
  const source = place.source.slice(syntax.pos, syntax.end)
  // `{PATH}>x` sets the variable that it names.
  if (syntax.descriptor?.type === 'FileDescriptorVariable') {
    return { op: syntax.operator, target: opaque(source), text: source }
  }
  if (syntax.type !== 'HereDoc') {
    assert(syntax.target !== undefined, 'a redirection without a target was refused')
    return { op: syntax.operator, target: toWord(syntax.target), text: source }
  }
  const kinds = (syntax.body.parts ?? []).map(kindOf)
  if (kinds.includes('opaque')) return { op: syntax.operator, target: opaque(source), text: source }
  const open = kinds.some((kind) => kind !== undefined)
  return { op: syntax.operator, target: open ? expansion(syntax.body.text) : syntax.body.text, text: source }
}

export function opaque(text: string): DynamicWord {
  return { dynamic: true, kind: 'opaque', text }
}

/** Bash evaluates an index, `([i]=x)`, and with it what hides in the value of `i`. */
export function arrayValue(value: ArrayValue, text: string): DynamicWord {
  const evaluated = value.elements.some((element) => element.text.startsWith('[') || kindOf(element) === 'opaque')
  return evaluated ? opaque(text) : expansion(text)
}

/** Whether a test evaluates arithmetic, which can run code hidden in a variable's value. */
export function evaluates(expression: TestExpression): boolean {
  switch (expression.type) {
    case 'TestUnary':
      return expression.operator === '-v' || expression.operator === '-R'
    case 'TestBinary':
      return /^-(?:eq|ne|lt|le|gt|ge)$/.test(expression.operator)
    case 'TestLogical':
      return expression.operands.some(evaluates)
    case 'TestNot':
      return evaluates(expression.operand)
    case 'TestGroup':
      return evaluates(expression.expression)
  }
}
