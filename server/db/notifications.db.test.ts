import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '#test/db.ts'

describeOnEachDatabase('notifications', (open) => {
  test('reach every server that listens, in the order of the commits', async () => {
    const db = await open({ migrate: false })
    const other = db.another()
    const [first, second] = [inbox(), inbox()]
    await db.listen('poke', first)
    await other.listen('poke', second)
    for (const n of [1, 2, 3]) await db.query('select pg_notify($1, $2)', ['poke', String(n)])
    await db.query("select pg_notify('elsewhere', 'x')")
    await db.query("select pg_notify('poke', 'last')")
    expect([await first.until('last'), await second.until('last')]).toEqual([
      ['1', '2', '3', 'last'],
      ['1', '2', '3', 'last'],
    ])
    await other.close()
  })

  test('go on after the connection broke, and the gap is told', async () => {
    const db = await open({ migrate: false })
    const [poke, tick] = [inbox(), inbox()]
    await db.listen('poke', poke)
    await db.listen('tick', tick)
    for (const round of ['a', 'b']) {
      await db.breakConnections()
      await Promise.all([poke.gap(), tick.gap()])
      // The listening connection is back; one of the pool may still be a dead one.
      await db.session((session) => session.query("select pg_notify('poke', $1), pg_notify('tick', $1)", [round]))
      expect([(await poke.until(round)).at(-1), (await tick.until(round)).at(-1)]).toEqual([round, round])
    }
  })

  test('stop for a listener that was closed, and for nobody else', async () => {
    const db = await open({ migrate: false })
    const [gone, stays] = [inbox(), inbox()]
    const listener = await db.listen('poke', gone)
    await db.listen('poke', stays)
    await listener.close()
    await db.query("select pg_notify('poke', 'one')")
    await stays.until('one')
    expect(gone.received).toEqual([])
  })

  test('of one transaction arrive with its commit only', async () => {
    const db = await open({ migrate: false })
    const box = inbox()
    await db.listen('poke', box)
    const refusal = new Error('no')
    await db
      .tx(async (tx) => (await tx.query("select pg_notify('poke', 'rolled back')"), Promise.reject(refusal)))
      .catch(() => undefined)
    await db.tx((tx) => tx.query("select pg_notify('poke', 'committed')"))
    expect(await box.until('committed')).toEqual(['committed'])
  })
})

function inbox() {
  const received: string[] = []
  let gaps = 0
  let wake = (): void => undefined
  const changed = (): Promise<void> => new Promise((resolve) => (wake = resolve))
  return {
    received,
    onNotify(payload: string) {
      received.push(payload)
      wake()
    },
    onGap() {
      gaps += 1
      wake()
    },
    async until(payload: string) {
      while (!received.includes(payload)) await changed()
      return received
    },
    async gap() {
      while (gaps === 0) await changed()
      gaps -= 1
    },
  }
}
