import { assert } from '../assert.ts'
import {
  forEachChild,
  type Command,
  type CompoundList,
  type ParsedScript,
  type Statement,
  type SyntaxNode,
  type Word as SyntaxWord,
} from 'unbash'
import type { CommandPart, CommandRedirect, CommandVariable, LoopVariable } from './command-types.ts'
import { kindOf, toWord } from './command-words.ts'
import { comingIn, commandsOfFind, expansion, found, type Item } from './incoming-words.ts'
import { branch, deeper, parseLimits, ParseStop, outermost, type Place } from './part-place.ts'
import { arrayValue, evaluates, opaque, redirection } from './syntax-words.ts'
import { unwrapCommand } from './unwrap-command.ts'
import { isPlainVariable } from './variable-names.ts'

export interface PartCollector {
  readonly parts: CommandPart[]
  readonly shells: (number | null)[]
  readonly functions: string[]
  readonly loops: LoopVariable[]
  /** Reads a whole text. Throws ParseStop. */
  script(source: string): void
}

/** Walks syntax trees and lists the simple commands in the order in which they run. */
export function createPartCollector(read: (source: string) => ParsedScript): PartCollector {
  const parts: CommandPart[] = []
  const shells: (number | null)[] = [null]
  const functions: string[] = []
  const loops: LoopVariable[] = []
  let chains = 0

  function script(source: string): void {
    statements(read(source).commands, outermost(source))
  }

  function newShell(parent: number): number {
    return shells.push(parent) - 1
  }

  function statements(list: readonly Statement[], place: Place): void {
    let before: Statement | undefined
    for (const statement of list) {
      let operator = place.operator
      if (before?.background === true) operator = '&'
      else if (before !== undefined) operator = /[\n]/.test(place.source.slice(before.end, statement.pos)) ? '\n' : ';'
      const shell = statement.background === true ? newShell(place.shell) : place.shell
      node(statement.command, { ...place, operator, shell, chain: ++chains })
      before = statement
    }
  }

  function list(body: CompoundList, place: Place): void {
    statements(body.commands, place)
  }

  function node(syntax: SyntaxNode, place: Place): void {
    switch (syntax.type) {
      case 'Command':
        return command(syntax, place)
      case 'AndOr': {
        let flow = place.flow
        for (const [index, item] of syntax.commands.entries()) {
          const operator = index === 0 ? place.operator : (syntax.operators[index - 1] ?? ';')
          if (index > 0 && flow !== 'maybe') flow = operator === '||' ? 'maybe' : 'and'
          node(item, { ...place, operator, flow })
        }
        return
      }
      case 'Pipeline':
        for (const [index, item] of syntax.commands.entries()) {
          const operator = index === 0 ? place.operator : (syntax.operators[index - 1] ?? '|')
          const shell = syntax.commands.length > 1 ? newShell(place.shell) : place.shell
          node(item, { ...place, operator, shell, piped: index > 0 || place.piped })
        }
        return
      case 'Redirected': {
        const redirects = syntax.redirects.map((redirect) => redirection(redirect, place))
        const first = syntax.redirects[0]
        const last = syntax.redirects.at(-1)
        assert(first !== undefined && last !== undefined, 'a redirected command has a redirection')
        add(place, { text: place.source.slice(first.pos, last.end), argv: [], variables: [], redirects })
        return node(syntax.command, place)
      }
      case 'Subshell':
        return list(syntax.body, deeper(place, { shell: newShell(place.shell) }))
      case 'BraceGroup':
        return list(syntax.body, deeper(place, {}))
      case 'If': {
        const inside = branch(place)
        list(syntax.clause, inside)
        list(syntax.then, inside)
        for (const other of syntax.elif) {
          list(other.clause, inside)
          list(other.then, inside)
        }
        if (syntax.else !== undefined) list(syntax.else, inside)
        return
      }
      case 'While': {
        const inside = branch(place)
        list(syntax.clause, inside)
        return list(syntax.body, inside)
      }
      case 'For':
      case 'Select': {
        for (const word of syntax.wordlist ?? []) substitutions(word, place)
        expanded(syntax.wordlist ?? [], 'for', { ...place, text: place.source.slice(syntax.pos, syntax.body.pos) })
        const name = toWord(syntax.name)
        const header = place.source.slice(syntax.pos, syntax.body.pos)
        // A loop over an ordinary variable changes nothing; one over PATH changes every command after it.
        if (typeof name !== 'string' || !isPlainVariable(name)) {
          const variable = typeof name === 'string' ? name : ''
          add(place, { text: header, argv: [], variables: [{ name: variable, value: opaque(header) }], redirects: [] })
        } else loops.push({ name, values: (syntax.wordlist ?? []).map(toWord) })
        return list(syntax.body, branch(place))
      }
      case 'ArithmeticFor': {
        substitutions(syntax, place, syntax.body)
        const header = place.source.slice(syntax.pos, syntax.body.pos)
        add(place, { text: header, argv: ['((', opaque(header)], variables: [], redirects: [] })
        return list(syntax.body, branch(place))
      }
      case 'Case': {
        substitutions(syntax.word, place)
        const header = place.source.slice(syntax.pos, syntax.items[0]?.pos ?? syntax.end)
        expanded([syntax.word, ...syntax.items.flatMap((item) => item.pattern)], 'case', { ...place, text: header })
        for (const item of syntax.items) {
          for (const pattern of item.pattern) substitutions(pattern, place)
          list(item.body, branch(place))
        }
        return
      }
      case 'Function': {
        functions.push(syntax.name.value)
        const inside = branch(place)
        return syntax.body.type === 'CompoundList' ? list(syntax.body, inside) : node(syntax.body, inside)
      }
      case 'Coproc': {
        const inside = deeper(place, { shell: newShell(place.shell), nested: true, flow: 'maybe' })
        // It sets variables of the shell, one of its own choice among them.
        const header = place.source.slice(syntax.pos, syntax.body.pos).trimEnd()
        add(place, { text: header, argv: ['coproc', opaque(header)], variables: [], redirects: [] })
        return syntax.body.type === 'CompoundList' ? list(syntax.body, inside) : node(syntax.body, inside)
      }
      case 'TestCommand': {
        substitutions(syntax, place)
        const text = place.source.slice(syntax.pos, syntax.end)
        const runs = evaluates(syntax.expression) || kindOf(syntax.expression) === 'opaque'
        const word = runs ? opaque(text) : expansion(text)
        return add(place, { text, argv: ['[[', word], variables: [], redirects: [] })
      }
      case 'ArithmeticCommand': {
        substitutions(syntax, place)
        const text = place.source.slice(syntax.pos, syntax.end)
        return add(place, { text, argv: ['((', opaque(text)], variables: [], redirects: [] })
      }
      default:
        assert(false, `a ${syntax.type} is not a command`)
    }
  }

  /** The words of a loop or a choice, where one is expanded: that lists files, or runs what hides in an index. */
  function expanded(words: readonly SyntaxWord[], keyword: 'for' | 'case', place: Place & { text: string }): void {
    // A pattern of `case` is compared with a text, not with file names.
    const argv = words
      .map(toWord)
      .filter((word) => keyword === 'for' || typeof word === 'string' || word.kind !== 'glob')
    if (argv.every((word) => typeof word === 'string')) return
    add(place, { text: place.text.trimEnd(), argv: [keyword, ...argv], variables: [], redirects: [] })
  }

  /** Finds the scripts inside words, wherever they hide: quotes, defaults, indexes, arithmetic, here-documents. */
  function substitutions(syntax: SyntaxNode, place: Place, except?: SyntaxNode): void {
    forEachChild(syntax, (child) => {
      if (child === except) return
      if (child.type === 'Script') {
        const source = child.source ?? place.source
        const shell = newShell(place.shell)
        const inside = deeper(place, { source, shell, nested: true, operator: '', flow: 'maybe', piped: false })
        return statements(child.commands, inside)
      }
      substitutions(child, place)
    })
  }

  function command(syntax: Command, place: Place): void {
    substitutions(syntax, place)
    const items: Item[] = []
    const variables: CommandVariable[] = []
    const redirects: CommandRedirect[] = []
    if (syntax.name !== undefined) items.push({ word: toWord(syntax.name), pos: syntax.name.pos, end: syntax.name.end })
    for (const child of [...syntax.prefix, ...syntax.suffix]) {
      const slice = place.source.slice(child.pos, child.end)
      if (child.type === 'Word') {
        items.push({ word: toWord(child), pos: child.pos, end: child.end })
      } else if (child.type === 'Assignment') {
        const value =
          child.index !== undefined
            ? opaque(slice)
            : child.value.type === 'Word'
              ? toWord(child.value)
              : arrayValue(child.value, slice)
        if (child.pos < (syntax.name?.pos ?? Infinity)) variables.push({ name: child.name, value })
        else
          items.push({
            word: typeof value === 'string' ? `${child.name}=${value}` : { ...value, text: slice },
            pos: child.pos,
            end: child.end,
          })
      } else {
        redirects.push(redirection(child, place))
      }
    }
    const text = place.source.slice(syntax.pos, syntax.end)
    unwrapped(items, { text, variables, redirects }, place)
  }

  function unwrapped(
    items: readonly Item[],
    own: Pick<CommandPart, 'text' | 'variables' | 'redirects'>,
    place: Place,
  ): void {
    const argv = items.map((item) => item.word)
    const step = unwrapCommand(argv)
    if (step.kind === 'command') {
      const inside = deeper(place, { wrappers: [...place.wrappers, step.wrapper] })
      const variables = [...own.variables, ...step.variables]
      return unwrapped(comingIn(items.slice(step.skip), step.more), { ...own, variables }, inside)
    }
    if (step.kind === 'text') {
      if (own.redirects.length > 0) add(place, { ...own, argv: [] })
      const inside = deeper(place, {
        source: step.text,
        shell: newShell(place.shell),
        nested: true,
        wrappers: [...place.wrappers, step.wrapper],
        variables: [...place.variables, ...own.variables],
      })
      const script = read(step.text)
      if (script.commands.length === 0) return add(place, { ...own, argv })
      return statements(script.commands, inside)
    }
    add(place, { ...own, argv })
    for (const inner of commandsOfFind(items)) {
      const first = inner[0]
      const last = inner.at(-1)
      assert(first !== undefined && last !== undefined, 'find -exec names a command')
      const text = place.source.slice(first.pos, last.end)
      const inside = deeper(place, { operator: '', nested: true, flow: 'maybe', piped: false })
      unwrapped(found(inner, items), { text, variables: [], redirects: [] }, inside)
    }
  }

  function add(place: Place, own: Pick<CommandPart, 'text' | 'argv' | 'variables' | 'redirects'>): void {
    if (parts.length >= parseLimits.parts) throw new ParseStop('too-many-parts', 'The command has more than 200 parts.')
    const variables = [...place.variables, ...own.variables]
    const words = [...own.argv, ...variables.map((each) => each.value), ...own.redirects.map((each) => each.target)]
    parts.push({
      text: own.text,
      operatorBefore: place.operator,
      argv: own.argv,
      variables,
      redirects: own.redirects,
      wrappers: place.wrappers,
      dynamic: words.some((word) => typeof word !== 'string'),
      piped: place.piped,
      nested: place.nested,
      flow: place.flow,
      chain: place.chain,
      shell: place.shell,
    })
  }

  return { parts, shells, functions, loops, script }
}
