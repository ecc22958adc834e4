import { posix } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalPath, pathFrom, withoutEnd } from './posix-path.ts'

const path = fc
  .array(fc.constantFrom('a', '..', '.', '/', '//', 'b.c', '...'), { maxLength: 12 })
  .map((all) => all.join(''))

test('paths are what Node makes of them', () => {
  fc.assert(
    fc.property(path, path, (one, other) => {
      expect(normalPath(`/${one}`)).toBe(posix.normalize(`/${one}`))
      expect(pathFrom(`/w/${one}`, other)).toBe(
        posix.isAbsolute(other) ? posix.normalize(other) : posix.join(`/w/${one}`, other === '' ? '/' : other),
      )
      expect(withoutEnd(pathFrom(`/w/${one}`, other))).toBe(posix.resolve(`/w/${one}`, other))
    }),
  )
})
