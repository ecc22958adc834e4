import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { appendAt, emptyText, type BoundedText } from '#shared/domain/bounded-text.ts'
import { saidIn } from '#shared/domain/conversation.ts'
import type { EgressPolicy } from '#shared/domain/environment-egress.ts'
import { HarnessId, type SandboxKind } from '#shared/domain/harness.ts'
import type { PermissionAnswer, PermissionRequest } from '#shared/domain/permission.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import type { PublishResults } from '#shared/domain/run-publish.ts'
import { nextState, type RunConfig, type RunReason, type RunState } from '#shared/domain/run.ts'
import type { EntryBody, TranscriptEntry } from '#shared/domain/transcript.ts'
import { DeliveryId, PromptId, RunId, UserId, uuidv7 } from '#shared/ids.ts'
import type { PlanToolAnswer, PlanToolCall } from '#shared/protocol/plan-tools.ts'
import { maxFrameBytes, RunEvent, type RunEventBody } from '#shared/protocol/run-event.ts'
import {
  RunnerUp,
  runnerProtocol,
  type Assignment,
  type DeliveryBody,
  type RunnerDown,
  type RunnerHello,
} from '#shared/protocol/runner-link.ts'

/** What the fake server has of one run: every event once, in order, and what follows from them. */
export interface SeenRun {
  runId: RunId
  turn: number
  ackedSeq: number
  events: RunEvent[]
  state: RunState
  reason: RunReason | undefined
  states: RunState[]
  entries: Map<string, TranscriptEntry>
  /** Open requests. */
  permissions: Map<string, PermissionRequest>
  claimed: number[]
  rejected: string[]
  /** Events that came again, and frames that began behind a hole. */
  repeats: number
  holes: number
  /** Moves that the state machine refuses. */
  badMoves: string[]
  keep: boolean
}

/** What an assignment has beside what every one has. */
type Given = Partial<Pick<Assignment, 'prompt'>> & Pick<Assignment, 'environment' | 'secrets' | 'egress' | 'author'>

/** The server's end of the runner link, in memory, for tests of the runner. It checks what the real one relies on. */
export interface ControlServer {
  readonly url: string
  readonly key: string
  readonly hellos: RunnerHello[]
  /** What was told of a change. */
  readonly offers: Extract<RunnerUp, { type: 'offer' }>[]
  readonly receipts: {
    deliveryId: string
    state: string
    refusal?: string | undefined
    detail?: string | undefined
    results?: PublishResults | undefined
  }[]
  readonly blobs: Map<string, Buffer>
  /** Everything that the runner has said. */
  readonly heard: string[]
  run(runId: RunId): SeenRun
  start(options: {
    harness?: string
    sandbox?: SandboxKind
    prompt: string
    config?: Partial<RunConfig>
    /** Absent: as an older server, which knows none. */
    profile?: ProfileSnapshot | undefined
    budget?: Assignment['budget']
    runId?: RunId
    turn?: number
    /** Of its first turn, and of those after it that bring none of their own. */
    secrets?: readonly RunSecret[]
    /** Of its first assignment. */
    more?: Given
  }): RunId
  /** What its next turns are to be worked with. */
  configure(runId: RunId, change: Partial<RunConfig>): void
  /** The next turn of a run. */
  follow(runId: RunId, prompt: string, secrets?: readonly RunSecret[]): void
  deliver(runId: RunId, body: DeliveryBody, secrets?: readonly RunSecret[]): DeliveryId
  /** Sends every assignment and delivery that there ever was again, as one that read them before their answers came. */
  repeatAll(): void
  answer(request: PermissionRequest, answer: PermissionAnswer): DeliveryId
  /** Answers every request as it comes. */
  answerAll(choose: (request: PermissionRequest) => PermissionAnswer | undefined): void
  /** Cuts the connection. */
  drop(): void
  /** Connections are refused while set. */
  setAway(away: boolean): void
  /** Acknowledgements are held back while set. */
  setSilent(silent: boolean): void
  setKey(key: string): void
  /** What assignments say of egress from now on. */
  setEgress(egress: EgressPolicy): void
  setBlobStatus(status: number): void
  /** Called for each content that is handed in, once it is here, or asked for; it is answered when this resolves. */
  onBlob(listener: ((method: 'PUT' | 'GET') => Promise<void> | void) | undefined): void
  askAgain(runId: RunId, fromSeq: number): void
  dropRun(runId: RunId): void
  connected(): boolean
  /** The runner said that it takes nothing new. */
  draining(): boolean
  /** Sends a frame as it is. */
  sendRaw(frame: string): void
  /** Resolves when `holds` does, looked at after every message. @throws after `withinMs` (20,000) with what was seen. */
  until<T>(holds: () => T | undefined | false, what: string, withinMs?: number): Promise<T>
  ended(runId: RunId, turn?: number): Promise<SeenRun>
  asked(runId: RunId): Promise<PermissionRequest>
  close(): Promise<void>
}

const person = UserId.parse('person-1')
const ends: ReadonlySet<RunState> = new Set(['SUCCEEDED', 'FAILED', 'ERROR', 'CANCELLED'])

const newUuid = (): string => uuidv7(Date.now(), randomBytes(10))

export async function startControlServer({
  leaseMs = 60_000,
  heartbeatMs = 5_000,
  planTools,
  snapshots = false,
}: {
  leaseMs?: number
  heartbeatMs?: number
  /** Absent: they are not offered. */
  planTools?: (call: PlanToolCall) => PlanToolAnswer
  /** It keeps snapshots, and gives a follow-up what another runner would need. */
  snapshots?: boolean
} = {}): Promise<ControlServer> {
  let key = 'fake-agent-key'
  let egress: EgressPolicy | undefined
  let away = false
  let silent = false
  let draining = false
  let blobStatus = 200
  let atBlob: ((method: 'PUT' | 'GET') => Promise<void> | void) | undefined
  let socket: WebSocket | undefined
  let chooser: ((request: PermissionRequest) => PermissionAnswer | undefined) | undefined
  const runs = new Map<RunId, SeenRun>()
  const assignments = new Map<RunId, Extract<RunnerDown, { type: 'assign' }>>()
  const deliveries = new Map<DeliveryId, Extract<RunnerDown, { type: 'deliver' }>>()
  const receipts: ControlServer['receipts'] = []
  const told: Extract<RunnerDown, { type: 'assign' | 'deliver' }>[] = []
  const hellos: RunnerHello[] = []
  const offers: Extract<RunnerUp, { type: 'offer' }>[] = []
  const blobs = new Map<string, Buffer>()
  const heard: string[] = []
  const watchers = new Set<() => void>()

  const http = createServer((request, response) => {
    void takeBlob(request, response)
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 2 * maxFrameBytes })
  http.on('upgrade', (request, stream, head) => {
    if (away) {
      stream.destroy()
      return
    }
    if (request.headers.authorization !== `Bearer ${key}`) {
      stream.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, stream, head, (opened) => serve(opened))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const port = (http.address() as AddressInfo).port

  async function takeBlob(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const kept = /^\/api\/runner\/blobs\/([0-9a-f]{64})$/.exec(request.url ?? '')?.[1]
    if (request.method !== 'PUT') {
      const content = blobs.get(kept ?? '')
      const status = away ? 503 : content === undefined ? 404 : 200
      if (request.method === 'GET') await atBlob?.('GET')
      response.writeHead(status).end(request.method === 'HEAD' ? undefined : content)
      return
    }
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    const hash = /^\/api\/runner\/blobs\/([0-9a-f]{64})$/.exec(request.url ?? '')?.[1]
    const right = hash !== undefined && createHash('sha256').update(body).digest('hex') === hash
    const allowed = request.headers.authorization === `Bearer ${key}`
    const status = away ? 503 : !allowed ? 401 : !right ? 400 : blobStatus
    if (status < 300 && hash !== undefined) blobs.set(hash, body)
    await atBlob?.('PUT')
    response.writeHead(status).end()
    notify()
  }

  function send(message: RunnerDown): void {
    socket?.send(JSON.stringify(message))
  }

  function serve(opened: WebSocket): void {
    socket?.terminate()
    socket = opened
    opened.on('message', (data: Buffer) => {
      heard.push(data.toString())
      const message = RunnerUp.parse(JSON.parse(data.toString()))
      take(message)
      notify()
    })
    // A frame over the limit shows as a closed connection.
    opened.on('error', () => {})
    opened.on('close', () => {
      if (socket === opened) socket = undefined
      notify()
    })
  }

  function take(message: RunnerUp): void {
    switch (message.type) {
      case 'hello':
        return greet(message)
      case 'claimed': {
        assignments.delete(message.runId)
        runs.get(message.runId)?.claimed.push(message.turn)
        return
      }
      case 'rejected':
        assignments.delete(message.runId)
        runs.get(message.runId)?.rejected.push(message.reason)
        return
      case 'events':
        return takeEvents(message.runId, message.events)
      case 'receipt': {
        const last = receipts.findLast((one) => one.deliveryId === message.deliveryId)
        if (last?.state !== message.state)
          receipts.push({
            deliveryId: message.deliveryId,
            state: message.state,
            refusal: message.refusal?.code,
            ...(message.refusal?.detail === undefined ? {} : { detail: message.refusal.detail }),
            ...(message.results === undefined ? {} : { results: message.results }),
          })
        if (message.state !== 'delivered') deliveries.delete(message.deliveryId)
        return silent ? undefined : send({ type: 'receipt_ack', deliveryId: message.deliveryId })
      }
      case 'heartbeat':
        return send({ type: 'heartbeat_ack', at: message.at })
      case 'draining':
        draining = true
        return
      case 'plan_call': {
        const answered = planTools?.(message.call) ?? { ok: false, text: 'not offered' }
        return send({ type: 'plan_answer', callId: message.callId, answer: answered })
      }
      case 'offer':
        offers.push(message)
        return
    }
  }

  function greet(hello: RunnerHello): void {
    hellos.push(hello)
    send({
      type: 'welcome',
      protocol: runnerProtocol,
      serverVersion: 'fake',
      heartbeatMs,
      leaseMs,
      ...(planTools === undefined ? {} : { planTools: true }),
      ...(snapshots ? { snapshots: true } : {}),
      runs: hello.runs.map(({ runId }) => ({
        runId,
        ackedSeq: runs.get(runId)?.ackedSeq ?? 0,
        keep: runs.get(runId)?.keep ?? false,
      })),
    })
    for (const assignment of assignments.values()) send(assignment)
    for (const delivery of deliveries.values()) send(delivery)
  }

  function takeEvents(runId: RunId, events: readonly RunEvent[]): void {
    const run = runs.get(runId)
    if (run === undefined) return
    for (const event of events) {
      if (event.seq <= run.ackedSeq) {
        run.repeats += 1
        continue
      }
      if (event.seq !== run.ackedSeq + 1) {
        run.holes += 1
        send({ type: 'resend', runId, fromSeq: run.ackedSeq + 1 })
        return
      }
      run.ackedSeq = event.seq
      run.events.push(event)
      apply(run, event.body)
    }
    if (!silent) send({ type: 'ack', runId, seq: run.ackedSeq })
  }

  function apply(run: SeenRun, body: RunEventBody): void {
    switch (body.type) {
      case 'state': {
        const next = nextState(run.state, body.event)
        if (!next.ok) {
          run.badMoves.push(next.error.detail ?? '')
          return
        }
        run.state = next.value
        run.reason = body.reason
        run.states.push(next.value)
        return
      }
      case 'entry':
        run.entries.set(body.entry.id, body.entry)
        return
      case 'delta': {
        const entry = run.entries.get(body.entryId)
        if (entry === undefined) throw new Error(`a delta for an unknown entry ${body.entryId}`)
        const known = textOf(entry.body)
        const grown = appendAt(known, body.offset, body.text)
        if (grown === undefined) throw new Error(`a gap in ${body.entryId}: ${known.length} known, ${body.offset} told`)
        run.entries.set(entry.id, { ...entry, body: { ...entry.body, [body.field]: grown } })
        return
      }
      case 'permission': {
        run.permissions.set(body.request.id, body.request)
        const chosen = chooser?.(body.request)
        if (chosen !== undefined) answer(body.request, chosen)
        return
      }
      case 'permission_lapsed':
        run.permissions.delete(body.permissionId)
        return
      default:
        return
    }
  }

  function notify(): void {
    for (const watcher of [...watchers]) watcher()
  }

  function seen(runId: RunId): SeenRun {
    const run = runs.get(runId)
    if (run === undefined) throw new Error(`there is no run ${runId}`)
    return run
  }

  function assign(
    runId: RunId,
    turn: number,
    {
      prompt,
      config,
      secrets,
      more = {},
    }: { prompt: string; config: RunConfig; secrets?: readonly RunSecret[] | undefined; more?: Given | undefined },
  ): void {
    if (secrets !== undefined) secretsOf.set(runId, secrets)
    const run = seen(runId)
    run.turn = turn
    run.state = 'PENDING'
    const after =
      turn === 1
        ? undefined
        : { seq: run.ackedSeq, entries: Math.max(0, ...[...run.entries.values()].map((entry) => entry.n)) }
    const given = secretsOf.get(runId)
    const assignment: Extract<RunnerDown, { type: 'assign' }> = {
      type: 'assign',
      assignment: {
        runId,
        turn,
        title: 'A run',
        config,
        prompt: { promptId: PromptId.parse(newUuid()), text: prompt, by: person },
        ...(profiles.has(runId) ? { profile: profiles.get(runId) } : {}),
        ...(after === undefined ? {} : { after }),
        ...(given === undefined ? {} : { secrets: [...given] }),
        ...(snapshots && turn > 1 ? leftOf(run) : {}),
        ...more,
        ...(egress === undefined ? {} : { egress }),
      },
    }
    assignments.set(runId, assignment)
    told.push(assignment)
    configs.set(runId, config)
    send(assignment)
  }
  function leftOf(run: SeenRun): Pick<Assignment, 'snapshot' | 'conversation'> {
    const kept = run.events.flatMap(({ body }) => (body.type === 'snapshot' ? [body.snapshot] : [])).at(-1)
    const said = [...run.entries.values()].flatMap(({ n, body }) => {
      const one = saidIn(body)
      return one === undefined ? [] : [{ ...one, n }]
    })
    return { ...(kept === undefined ? {} : { snapshot: kept }), conversation: said }
  }
  const configs = new Map<RunId, RunConfig>()
  const secretsOf = new Map<RunId, readonly RunSecret[]>()
  const profiles = new Map<RunId, ProfileSnapshot>()

  function deliver(runId: RunId, body: DeliveryBody, secrets?: readonly RunSecret[]): DeliveryId {
    const deliveryId = DeliveryId.parse(newUuid())
    const delivery: Extract<RunnerDown, { type: 'deliver' }> = {
      type: 'deliver',
      deliveryId,
      runId,
      body,
      ...(secrets === undefined ? {} : { secrets: [...secrets] }),
    }
    deliveries.set(deliveryId, delivery)
    told.push(delivery)
    send(delivery)
    return deliveryId
  }

  function answer(request: PermissionRequest, given: PermissionAnswer): DeliveryId {
    seen(request.runId).permissions.delete(request.id)
    return deliver(request.runId, {
      type: 'answer',
      permissionId: request.id,
      digest: request.digest,
      answer: given,
      by: person,
      at: Date.now(),
    })
  }

  function until<T>(holds: () => T | undefined | false, what: string, withinMs = 20_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        watchers.delete(look)
        const seenNow = [...runs.values()].map(
          (run) => `${run.state} ${run.reason?.text ?? ''} after ${run.ackedSeq} events`,
        )
        reject(
          new Error(
            `${what}: not within ${withinMs} ms. Runs: ${seenNow.join('; ')}. Receipts: ${JSON.stringify(receipts)}`,
          ),
        )
      }, withinMs)
      function look(): void {
        let found: T | undefined | false
        try {
          found = holds()
        } catch (error) {
          clearTimeout(timer)
          watchers.delete(look)
          reject(error instanceof Error ? error : new Error(String(error)))
          return
        }
        if (found === undefined || found === false) return
        clearTimeout(timer)
        watchers.delete(look)
        resolve(found)
      }
      watchers.add(look)
      look()
    })
  }

  return {
    url: `http://127.0.0.1:${port}`,
    key,
    hellos,
    offers,
    receipts,
    blobs,
    heard,
    run: seen,
    start: ({ harness = 'runbook', sandbox = 'direct', prompt, config, more, secrets, budget, profile, ...named }) => {
      const { runId = RunId.parse(newUuid()), turn = 1 } = named
      if (profile !== undefined) profiles.set(runId, profile)
      runs.set(runId, {
        runId,
        turn,
        ackedSeq: 0,
        events: [],
        state: 'PENDING',
        reason: undefined,
        states: [],
        entries: new Map(),
        permissions: new Map(),
        claimed: [],
        rejected: [],
        repeats: 0,
        holes: 0,
        badMoves: [],
        keep: true,
      })
      assign(runId, turn, {
        prompt,
        config: { harness: HarnessId.parse(harness), sandbox, ...config },
        secrets,
        more: { ...more, ...(budget === undefined ? {} : { budget }) },
      })
      return runId
    },
    configure: (runId, change) => {
      const config = configs.get(runId)
      if (config === undefined) throw new Error(`there is no run ${runId}`)
      configs.set(runId, { ...config, ...change })
    },
    follow: (runId, prompt, secrets) => {
      const config = configs.get(runId)
      if (config === undefined) throw new Error(`there is no run ${runId}`)
      assign(runId, seen(runId).turn + 1, { prompt, config, secrets })
    },
    deliver,
    repeatAll: () => {
      for (const message of told) send(message)
    },
    answer,
    answerAll: (choose) => {
      chooser = choose
    },
    drop: () => socket?.terminate(),
    setAway: (next) => {
      away = next
      if (away) socket?.terminate()
    },
    setSilent: (next) => {
      silent = next
      if (!silent) for (const run of runs.values()) send({ type: 'ack', runId: run.runId, seq: run.ackedSeq })
    },
    setEgress: (next) => {
      egress = next
    },
    setKey: (next) => {
      key = next
    },
    onBlob: (listener) => {
      atBlob = listener
    },
    setBlobStatus: (status) => {
      blobStatus = status
    },
    askAgain: (runId, fromSeq) => send({ type: 'resend', runId, fromSeq }),
    dropRun: (runId) => {
      seen(runId).keep = false
      send({ type: 'drop', runId })
    },
    connected: () => socket !== undefined,
    draining: () => draining,
    sendRaw: (frame) => socket?.send(frame),
    until,
    ended: (runId, turn) =>
      until(() => {
        const run = seen(runId)
        return ends.has(run.state) && run.turn >= (turn ?? 1) && run.claimed.includes(run.turn) ? run : undefined
      }, 'the run ended'),
    asked: (runId) => until(() => seen(runId).permissions.values().next().value, 'a permission request'),
    close: async () => {
      for (const client of sockets.clients) client.terminate()
      await new Promise((resolve) => sockets.close(resolve))
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

function textOf(body: EntryBody): BoundedText {
  switch (body.kind) {
    case 'user':
    case 'message':
    case 'thought':
      return body.text
    case 'tool':
    case 'step':
      return body.output ?? emptyText
    default:
      throw new Error(`an entry of kind ${body.kind} does not grow`)
  }
}
