import { TeamId, UserId } from '#shared/ids.ts'
import { intentStoreOf, openIntentStore } from './intents.ts'
import { sendWaiting, type SendOutcome } from './send-waiting.ts'

/**
 * For a service worker: sends what waits in the stores of everybody who has used this device, as far as the session of now is
 * theirs. Throws where it is worth another try, so that the browser asks again later.
 */
export async function sendInBackground(): Promise<void> {
  const outcomes: SendOutcome[] = []
  for (const { name } of await indexedDB.databases()) {
    const [, user, team] = /^drover\/([^/]+)\/([^/]+)\/intents$/.exec(name ?? '') ?? []
    const userId = UserId.safeParse(user)
    const teamId = TeamId.safeParse(team)
    if (userId.success && teamId.success) outcomes.push(await sendOf(userId.data, teamId.data))
  }
  if (outcomes.includes('again') || outcomes.includes('page')) throw new Error('not everything is sent yet')
}

async function sendOf(userId: UserId, teamId: TeamId): Promise<SendOutcome> {
  const store = await openIntentStore(intentStoreOf(userId, teamId), {
    indexedDb: indexedDB,
    createChannel: (name) => new BroadcastChannel(name),
  })
  // The tab that holds the socket of this person and team holds this lock (`tab-link.ts`).
  const lockName = `drover/${userId}/${teamId}`
  try {
    return await sendWaiting({
      userId,
      teamId,
      store,
      baseUrl: '',
      fetch: (input, init) => fetch(input, init),
      isPageOpen: async () => (await navigator.locks.query()).held?.some(({ name }) => name === lockName) ?? false,
      now: Date.now,
    })
  } finally {
    store.close()
  }
}
