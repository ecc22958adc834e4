import { Transform } from 'node:stream'

/** Passes bytes on, in order, `ms` after they came: a network's way, for one direction. */
export function delayed(ms: number): Transform {
  const timers = new Set<NodeJS.Timeout>()
  const stream = new Transform({
    highWaterMark: 1 << 20,
    transform(chunk, _encoding, next) {
      if (ms <= 0) return next(null, chunk)
      const timer = setTimeout(() => {
        timers.delete(timer)
        if (!stream.destroyed) stream.push(chunk)
      }, ms)
      timers.add(timer)
      next()
    },
    flush(done) {
      setTimeout(done, ms)
    },
    destroy(error, done) {
      for (const timer of timers) clearTimeout(timer)
      done(error)
    },
  })
  return stream
}
