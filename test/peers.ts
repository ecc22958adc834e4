/** What users of tools like this one suffer from, each with the tests that it may not happen here. A test that is renamed or goes is missed. */
export const failures: readonly {
  readonly failure: string
  /** Titles by file. */
  readonly tests: Readonly<Record<string, readonly string[]>>
}[] = [
  // What is typed, and where it goes.
  {
    failure: 'A phone says that it is connected, takes messages that never arrive, and shows what was true hours ago.',
    tests: {
      'test/e2e/restart.e2e.test.ts': [
        'both pages say that it is gone, and keep what they show',
        'once it is back both pages are up to date by themselves, and the answer has its effect',
      ],
      'sync/client/socket-requests.test.ts': [
        'a socket that falls silent is probed, and left alone until it is heard again',
      ],
      'sync/client/fetch-text.test.ts': ['whoever takes a request and never answers is given up'],
    },
  },
  {
    failure: 'An installed app is stale after it comes to the front, or back from a network that was away.',
    tests: {
      'test/e2e/tabs.e2e.test.ts': [
        'a page that was without a network is up to date soon after it is back',
        'a tab that the browser froze loses the lead, and follows once it wakes up',
      ],
      'test/e2e/roads.e2e.test.ts': [
        'a proxy that takes everything and answers nothing is told, and holds up nothing afterwards',
      ],
    },
  },
  {
    failure: 'A draft is lost by going to another run, by a swipe, or by a reload.',
    tests: {
      'web/run-switch.dom.test.tsx': [
        'what is half written to one run is still there after a visit to another, whose box is its own',
      ],
      'web/features/run/composer/composer.dom.test.tsx': ['what was typed comes back after a reload'],
      'web/app.dom.test.tsx': ['survives a kill half written'],
      'web/state/draft.dom.test.ts': [
        'what was typed is back after the page is gone',
        'what one person wrote is not shown to the next on the device, and is back when the first one is',
      ],
    },
  },
  {
    failure: 'The box is emptied before the message is kept anywhere.',
    tests: {
      'web/features/run/composer/composer.dom.test.tsx': [
        'the text stays until the message is durable',
        'a message that could not be kept is still there, and says why',
      ],
      'test/sync/intents.db.test.ts': ['a device that can’t keep the intent says so, and nothing of it happens'],
    },
  },
  {
    failure: 'A queued message is gone after a reload because it never reached the server.',
    tests: {
      'test/sync/device.db.test.ts': [
        'keeps what was done without a network, and the next page of it offers it again, once',
      ],
      'test/e2e/cold-start.e2e.test.ts': ['still with no network, after another kill, all four are there'],
      'test/sync/intents.db.test.ts': ['one that lives takes up what the other left when it was killed'],
    },
  },
  {
    failure: 'A sent text stands in the box again and invites a second sending.',
    tests: {
      'web/state/draft.dom.test.ts': [
        'a message that was sent just before a kill does not stand there again; one that was not does',
        'what was typed while a message was sent is another message',
      ],
      'web/app.dom.test.tsx': ['that was started just before a kill does not stand in the form again'],
    },
  },
  {
    failure: 'What nobody has accepted yet looks as if it were sent, or fails without a word.',
    tests: {
      'web/features/run/composer/composer.dom.test.tsx': ['what only this device has says so'],
      'web/features/run/composer/queue.test.ts': ['what the server has not taken yet is only on this device'],
      'web/app.dom.test.tsx': [
        'that was started offline can be read back, whole, and says that it is not sent',
        'says of each how far it has come, and axe finds nothing',
        'a refused change is told, and can be discarded',
      ],
      'web/features/outbox/outbox-model.test.ts': [
        'where the device knows it to be, while the server has not taken it',
      ],
    },
  },
  {
    failure: 'The same message has two effects after a drop and a reconnection.',
    tests: {
      'test/sync/device.db.test.ts': ['has one effect when the server acted and the answer was lost'],
      'test/sync/push-pull.db.test.ts': [
        'the same intent from another client has no second effect',
        'an intent that has its effect is not refused when it comes again, and one that was refused may be tried again',
      ],
      'test/sync/socket-requests.db.test.ts': [
        'whose answer was lost with the connection goes again, and has one effect',
      ],
      'test/faults/intents.db.test.ts': [
        'whatever befalls three devices, each intent has one effect or one refusal, and all show the same',
      ],
      'agent-runner/runner.test.ts': ['one that comes again after all was said about it is not carried out again'],
    },
  },
  {
    failure: 'A message to a working agent waits on the phone until its app is opened again.',
    tests: {
      'test/sync/run-story.db.test.ts': [
        'a message sent while the agent works waits in the queue and starts the next turn',
      ],
      'test/e2e/background-sync.e2e.test.ts': ['sends it once there is a network, with no page open'],
    },
  },
  {
    failure: 'Messages wait for something that only a person at the machine can end.',
    tests: {
      'agent-runner/runner.test.ts': [
        'an interrupting one ends what the agent does and goes before those that wait; a queued one waits its turn',
      ],
      'test/e2e/queue.e2e.test.ts': [
        'a message that is sent now interrupts the turn and goes first; the others follow in their order',
      ],
      'test/sync/run-story.db.test.ts': [
        'a queue that waits after a failure goes on with the message that is sent now, and the rest after it',
      ],
    },
  },
  {
    failure: '“Works offline” is claimed and not tried: killed offline, changed, started again, connected, one effect.',
    tests: {
      'test/e2e/cold-start.e2e.test.ts': [
        'with no network it shows the runs, finds among them, and opens a transcript with its output and diff',
        'an answer, a message, a stop and a new run are kept, each with its state',
        'with the network back each has its effect once, in order',
      ],
    },
  },

  // Catching up.
  {
    failure: 'A turn ends while the line flaps, and no device ever hears of it.',
    tests: {
      'test/e2e/restart.e2e.test.ts': ['and the run goes on to its end on both'],
      'sync/client/space-cache.test.ts': [
        'pulls when a poke left a gap',
        'loses nothing when a poke overtakes a pull that is under way',
        'asks again for what it knows to be missing once the server is back',
      ],
    },
  },
  {
    failure: 'A catching-up after a reconnection is read as “the rest was deleted”.',
    tests: {
      'test/sync/catch-up.db.test.ts': [
        'a device that comes back keeps what did not change, and each time is sent only what it has not',
      ],
      'test/sync/push-pull.db.test.ts': [
        'older runs come page by page after the newest, whatever changes meanwhile, and each answer moves the cookie on',
        'an answer of more than 500 rows comes in pages that never cut a version',
      ],
      'sync/client/space-cache.test.ts': [
        'keeps what it has when the server fails, and tells with which status',
        'an answer of something that is not Drover, such as a captive portal, changes nothing',
      ],
    },
  },
  {
    failure: 'The place from which a device catches up never moves, so that each reconnection sends everything again.',
    tests: {
      'test/sync/catch-up.db.test.ts': [
        'a device that comes back keeps what did not change, and each time is sent only what it has not',
      ],
      'test/sync/socket-requests.db.test.ts': [
        'of all there is goes by HTTP, and what is new since then over the open socket',
      ],
      'sync/client/space-cache.test.ts': ['ignores a poke that it has already, whatever it says'],
    },
  },
  {
    failure: 'What was missed can only be had from memory that is small and gone after a restart.',
    tests: {
      'test/sync/push-pull.db.test.ts': [
        'a cookie from the future means that the server was set back',
        'another epoch and a cookie older than the tombstones get everything anew',
      ],
      'test/sync/intents.db.test.ts': [
        'after weeks: its rows, its client and the tombstones are gone; what it did meanwhile is taken, or refused with a reason',
      ],
      'test/sync/run-story.db.test.ts': ['after a restart of the server the runner goes on where it was'],
    },
  },
  {
    failure: 'A line that a proxy cut without a word leaves a turning sign over a run that has long ended.',
    tests: {
      'test/e2e/roads.e2e.test.ts': ['a proxy that lets no socket through leaves everything at work, and is named'],
      'sync/client/fetch-text.test.ts': ['an answer that stops half-way is given up too'],
      'sync/client/status.test.ts': [
        'answers by HTTP without a socket are told as polling, and further tries of the socket don’t hide that',
      ],
    },
  },

  // Runs and their machines.
  {
    failure: 'The word that a run has ended is lost, so it “runs” for ever and takes a slot.',
    tests: {
      'test/sync/run-story.db.test.ts': [
        'a runner that falls silent past its lease leaves a run that says so and can go on',
        'nothing that was acknowledged is lost or doubled when events are repeated, skipped and sent over a new connection',
      ],
      'agent-runner/run/journal.test.ts': [
        'random appends, crashes, torn writes, losses and resends: no event lost, doubled or reordered',
      ],
      'agent-runner/link/link.test.ts': [
        'random drops, frozen connections, repeats, lost acknowledgements and restarts: each event arrives once and in order, each command happens once',
      ],
    },
  },
  {
    failure: 'A run whose machine never said whether it took it stays in the queue for ever.',
    tests: {
      'test/sync/catch-up.db.test.ts': ['a run whose machine went before it took it is given to the next one'],
      'test/faults/cancelled-in-queue.db.test.ts': [
        'a run that is stopped while it waits leaves the queue, so that the dispatcher never drowns in such runs',
      ],
    },
  },
  {
    failure: 'The page shows the whole conversation, and the agent in its new place has silently forgotten it.',
    tests: {
      'agent-runner/run-shelf.test.ts': [
        'an agent that has lost its conversation is told what was said last, and the transcript says so',
      ],
      'agent-runner/main.test.ts': [
        'the next runner ends what is left of the agent, says that it was restarted, and nothing shown is lost',
      ],
      'agent-runner/opencode.engine.test.ts': ['a new runner goes on with the conversation that OpenCode kept'],
    },
  },
  {
    failure: 'App, server and runner of different versions go on in a loop of restarts, or lose what they don’t know.',
    tests: {
      'test/contract/old-client.db.test.ts': [
        'is told to reload by its next request, once what it did is with the server',
        'starts anew after the reload with everything, and nothing twice',
      ],
      'test/contract/messages.test.ts': ['is taken without what a newer peer adds'],
      'test/e2e/update.e2e.test.ts': [
        'the new version is offered to every tab, and takes over in none by itself',
        'the other tab goes on with the old version, opens parts of it that it had not yet, and reloads when told',
      ],
      'test/sync/run-story.db.test.ts': ['another protocol, rubbish, and events of a run that is not its own'],
    },
  },

  // Notifications and questions.
  {
    failure: 'A connection of the agent’s own counts as a person who watches, so nothing is ever pushed.',
    tests: {
      'test/sync/web-push.db.test.ts': [
        'is kept back only from a person whose visible page shows that very run, and a question is looked at again',
      ],
    },
  },
  {
    failure: 'Who was there a while ago, or looks at something else, is not told of a question.',
    tests: {
      'test/sync/web-push.db.test.ts': [
        'is kept back only from a person whose visible page shows that very run, and a question is looked at again',
        'waits in quiet hours: a question until they end, the rest for the inbox',
      ],
      'web/inbox.dom.test.tsx': ['that nobody sees reads nothing until it is seen'],
    },
  },
  {
    failure: 'Pushes are too many, name no run and lead nowhere.',
    tests: {
      'test/sync/web-push.db.test.ts': ['comes only for what the device wants, and says how much is unread'],
      'test/sync/notifications.db.test.ts': [
        'a turn that goes on with a queued message, and a run that was stopped, are no news',
        'a child of another run tells nobody: it is its parent’s business',
      ],
      'test/e2e/push.e2e.test.ts': [
        'about what can’t be undone are looked at first: a press opens the question in the page that is open',
      ],
    },
  },
  {
    failure: 'A question can’t be answered on the push, or its buttons do nothing.',
    tests: {
      'test/sync/web-push.db.test.ts': [
        'brings a question to the browser, encrypted and signed, and its button answers once',
        'is no way past the first answer, a changed question, its expiry or a device that was signed out',
      ],
      'test/e2e/push.e2e.test.ts': [
        'ask, and are answered on the notification',
        'are answered without a network, once there is one again',
      ],
    },
  },
  {
    failure: 'An answer does not hold, or a question that nobody can hear any more can still be allowed.',
    tests: {
      'test/sync/intents.db.test.ts': ['to a command that has changed since is stale, says so, and allows nothing'],
      'test/sync/run-story.db.test.ts': [
        'the second answer is refused and says who was first',
        'an answer that the runner calls stale shows as refused, and why, on every device',
      ],
      'test/sync/notifications.db.test.ts': ['a question that lapses with its run needs nobody, a lost machine does'],
      'agent-runner/runner.test.ts': [
        'an answer to another text than the one that is open is stale, and the agent is not answered with it',
      ],
    },
  },
  {
    failure: 'A phone’s push service refuses the sender’s name, and nobody hears of it.',
    tests: {
      'server/web-push/vapid.db.test.ts': ['of %s and %s the subject is one that push services take'],
      'test/sync/web-push.db.test.ts': [
        'to a browser that is gone removes it; one that is refused is shown; one that fails is tried again',
        'can be tried: the device and the app are told what the push service said',
      ],
    },
  },
  {
    failure: 'A push that shows nothing makes a phone revoke the subscription.',
    tests: {
      'test/e2e/push.e2e.test.ts': [
        'show something even when they can’t be read',
        'about what can’t be undone are looked at first: a press opens the question in the page that is open',
      ],
    },
  },
  {
    failure: 'Push is advertised and not there, or asked for before anybody wanted it.',
    tests: {
      'test/e2e/push.e2e.test.ts': ['are turned on by a press, tried, and chosen for this device'],
      'web/pwa/manifest.dom.test.ts': ['browsers find all that they ask for'],
    },
  },

  // Size.
  {
    failure: 'A list of many runs, or a long run, takes seconds to open.',
    tests: {
      'web/features/run/run-page.engine.test.ts': [
        'thousands of entries are a few dozen elements',
        'older pages load on the way up, and what is read stays where it is',
      ],
      'web/features/shell/palette/palette.dom.test.tsx': [
        'a few of them are shown, and the one that is meant is found',
      ],
      'test/e2e/first-load.e2e.test.ts': [
        'the server sends each file as the build has packed it, and plain to whoever wants it plain',
      ],
    },
  },
  {
    failure: 'A window that changes its size loads everything anew.',
    tests: { 'test/e2e/resize.e2e.test.ts': ['loads nothing anew, and keeps what was written'] },
  },
  {
    failure: 'A whole transcript in one message holds up the signs of life on a slow line.',
    tests: {
      'test/sync/push-pull.db.test.ts': ['an answer of more than 500 rows comes in pages that never cut a version'],
      'sync/server/browser-connection.test.ts': [
        'a peer that asks and never reads is shut out before what waits for it grows large',
      ],
      'server/live/socket-requests.test.ts': ['a pull waits for no push, and a long answer is left to HTTP'],
    },
  },
  {
    failure: 'What an agent says without end fills the memory of the runner, the server or the page.',
    tests: {
      'agent-runner/bad-harness.test.ts': [
        'one that makes entries without end',
        'a flood of 40 MB of words is bounded in the journal, and kept whole in parts',
      ],
      'server/runs/ingest.test.ts': ['a runner whose events can’t be stored is read no further, until they are'],
      'server/runs/transcript-draft.test.ts': [
        'hold every entry once, in order, as it was written last, within their bounds',
      ],
    },
  },
  {
    failure: 'What is kept grows for ever, and a page that counts it reads it all.',
    tests: {
      'server/jobs/prune.db.test.ts': [
        'removes what is older than 90 days, and notes up to which version deletions are gone',
      ],
      'test/sync/notifications.db.test.ts': ['the oldest make room: a person has so many at most'],
      'test/sync/intents.db.test.ts': [
        'what was taken is kept for a week and within a number, what was refused until it is read',
      ],
      'agent-runner/run-shelf.test.ts': ['a run that was kept long enough is deleted while the runner runs'],
    },
  },

  // Whose it is.
  {
    failure: 'A public address, one shared secret, and whoever has it is let in everywhere.',
    tests: {
      'test/sync/run-story.db.test.ts': ['a wrong key is refused before there is a socket'],
      'test/sync/device.db.test.ts': ['without a session nothing is told, and a page of another site gets no socket'],
      'server/auth/sessions.db.test.ts': [
        'shown once, kept as a hash, bound to the team, ended by revoking',
        'a revoked device is out at once, here and in other processes, and only its owner can revoke it',
      ],
      'server/middleware/origin-check.db.test.ts': [
        'a name that was pointed at this machine is refused, before anything is read',
      ],
    },
  },
  {
    failure: 'It works only with somebody’s cloud, or an account there becomes necessary later.',
    tests: {
      'server/config.test.ts': ['have defaults that reach nobody else'],
      'test/e2e/main-story.e2e.test.ts': [
        'the printed link makes the account and leads into the app',
        'the demonstration run starts from the form, by keyboard',
      ],
    },
  },
  {
    failure: 'To host it oneself takes a day and three other servers.',
    tests: {
      'server/db/embedded/cluster.db.test.ts': ['is created, keeps its data, and is stopped at the end'],
      'test/e2e/main-story.e2e.test.ts': ['the printed link makes the account and leads into the app'],
    },
  },
]
