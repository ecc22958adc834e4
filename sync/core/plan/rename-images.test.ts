import { expect, test } from 'vitest'
import { parsePlan, writePlan } from './markdown.ts'
import { renameImages } from './rename-images.ts'

test('pictures of the team get the names that they have, and everything else stays', () => {
  const [one, two] = ['1'.repeat(64), '2'.repeat(64)]
  const text = [
    `![a sketch](drover:image/${one}#5x4)`,
    `- [x] a step with ![](drover:image/${two})`,
    '![elsewhere](https://example.test/a.png)',
    `\`\`\`\ndrover:image/${one}\n\`\`\``,
  ].join('\n\n')
  const renamed = renameImages(parsePlan(text), (hash) => (hash === one ? 'images/one.png' : undefined))
  expect(writePlan(renamed)).toBe(writePlan(parsePlan(text.replace(`(drover:image/${one}#5x4)`, '(images/one.png)'))))
})
