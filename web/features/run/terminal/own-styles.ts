/**
 * xterm.js writes its rules into `<style>` elements, which the content security policy of the app refuses. Elements that are made while `act`
 * runs hold their rules in constructed style sheets instead, which are our own code's to make.
 */
export function withOwnStyles<T>(act: () => T): T {
  const original = document.createElement
  document.createElement = function create(
    this: Document,
    name: string,
    options?: ElementCreationOptions,
  ): HTMLElement {
    return name === 'style' ? styleElement() : original.call(document, name, options)
  }
  try {
    return act()
  } finally {
    document.createElement = original
  }
}

function styleElement(): HTMLElement {
  // A `<meta>` shows nothing and holds nothing.
  const element = document.createElementNS('http://www.w3.org/1999/xhtml', 'meta')
  const sheet = new CSSStyleSheet()
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  let text = ''
  Object.defineProperty(element, 'textContent', {
    get: () => text,
    set: (next: string) => {
      text = next
      sheet.replaceSync(next)
    },
  })
  element.remove = () => {
    Element.prototype.remove.call(element)
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet)
  }
  return element
}
