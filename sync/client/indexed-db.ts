/** A request to IndexedDB as a promise. */
export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(new Error('the device store failed', { cause: request.error }))
  })
}

/** Resolves when the database has committed what `act` wrote; rejects where it could not, and then nothing of it is kept. */
export function committed<T>(
  db: IDBDatabase,
  stores: string | string[],
  act: (tx: IDBTransaction, done: (value: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const tx = db.transaction(stores, 'readwrite')
    let result: T | undefined
    tx.oncomplete = () => resolve(result)
    tx.onabort = tx.onerror = () => reject(new Error('this device could not keep the change', { cause: tx.error }))
    act(tx, (given) => (result = given))
  })
}
