import type { ReadTransaction as ReplicacheRead, WriteTransaction as ReplicacheWrite } from 'replicache'
import type { Json } from '#shared/json.ts'
import type { ReadTransaction, WriteTransaction } from '#sync/core/transaction.ts'

export function readTransaction(tx: ReplicacheRead): ReadTransaction {
  return {
    get: async (key) => (await tx.get(key)) as Json | undefined,
    scan: async (prefix) => (await tx.scan({ prefix }).entries().toArray()) as [string, Json][],
  }
}

export function writeTransaction(tx: ReplicacheWrite): WriteTransaction {
  return {
    ...readTransaction(tx),
    put: (key, value) => tx.set(key, value),
    del: async (key) => {
      await tx.del(key)
    },
  }
}
