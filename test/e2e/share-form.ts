import type { Page } from 'playwright-core'

export type Shared = {
  readonly title?: string
  readonly text?: string
  readonly url?: string
  readonly files?: readonly { readonly name: string; readonly text?: string; readonly bytes?: readonly number[] }[]
}

/** Submits the form that the manifest describes, as the browser does for the share sheet. */
export async function share(page: Page, shared: Shared): Promise<void> {
  await page.evaluate((fields) => {
    const form = document.createElement('form')
    form.method = 'POST'
    form.action = '/share'
    form.enctype = 'multipart/form-data'
    for (const name of ['title', 'text', 'url'] as const) {
      const area = document.createElement('textarea')
      area.name = name
      area.value = fields[name] ?? ''
      form.append(area)
    }
    const files = new DataTransfer()
    for (const file of fields.files ?? [])
      files.items.add(new File([file.bytes === undefined ? (file.text ?? '') : new Uint8Array(file.bytes)], file.name))
    const input = document.createElement('input')
    input.type = 'file'
    input.name = 'files'
    input.multiple = true
    input.files = files.files
    form.append(input)
    document.body.append(form)
    form.submit()
  }, shared)
}
