import { foundFile, type Whereabouts } from './in-home.ts'

/** A "rollout": one JSON object a line, below folders of the day on which it began. Codex finds it by the id in its name, whatever its own databases know. */
export const codexSession = foundFile(({ id }) => codexRollouts(id))

export function codexRollouts(id: string): Whereabouts {
  return {
    folder: '.codex/sessions',
    levels: [/^\d{4}$/, /^\d\d$/, /^\d\d$/],
    name: new RegExp(String.raw`^rollout-[\dT-]{1,40}-${id}\.jsonl$`),
  }
}
