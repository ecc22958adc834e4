import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { existsSync } from 'node:fs'
import { droverVersion } from '#shared/version.ts'
import { browserProtocol } from '#shared/protocol/browser-socket.ts'
import { pieceBytes } from '#shared/domain/snapshot.ts'
import type { PushDeps } from '#sync/server/push.ts'
import type { TransactDeps } from '#sync/server/transact.ts'
import type { Auth } from './auth/create-auth.ts'
import type { RememberedActors } from './auth/remembered-actors.ts'
import {
  GUEST_PROMPT,
  IMAGE_BODY,
  limitBody,
  PLAN_BODY,
  PLAN_SYNC_BODY,
  SECRET_BODY,
  SMALL_BODY,
} from './middleware/body-limits.ts'
import { clientAddress } from './middleware/client-address.ts'
import type { Environment } from './middleware/environment.ts'
import { handleErrors, unknownRoute } from './middleware/errors.ts'
import { noteRefused } from './middleware/note-refused.ts'
import type { Reachability } from './db/reachability.ts'
import type { ImageStore } from './plans/image-store.ts'
import type { OriginChecks } from './middleware/origin-check.ts'
import { plainPath } from './middleware/plain-path.ts'
import { requireActor } from './middleware/require-actor.ts'
import { requirePerson } from './middleware/require-person.ts'
import { whileReachable } from './middleware/while-reachable.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { attachmentRoutes } from './routes/attachments.ts'
import { authRoutes } from './routes/auth-routes.ts'
import type { RefusalLog } from './refusal-log.ts'
import { runnerBlobRoutes } from './routes/runner-blobs.ts'
import { webPushAnswerRoutes, webPushRoutes, type WebPushRoutesDeps } from './routes/web-push.ts'
import { handoffRoutes } from './routes/handoff.ts'
import { environmentRoutes, type EnvironmentRoutesDeps } from './routes/environments.ts'
import { planRoutes, type PlanRoutesDeps } from './routes/plans.ts'
import { planImageRoutes } from './routes/plan-images.ts'
import { runRoutes, type RunRoutesDeps } from './routes/runs.ts'
import { harnessRoutes } from './routes/harnesses.ts'
import { secretRoutes } from './routes/secrets.ts'
import { shareRoutes } from './routes/share.ts'
import { sharedPlanRoutes, type SharedPlanRoutesDeps } from './routes/shared-plans.ts'
import { sharedRoutes, type SharedRoutesDeps } from './routes/shared-runs.ts'
import { usageRoutes, type UsageRoutesDeps } from './routes/usage.ts'
import { syncRoutes } from './routes/sync.ts'

export type AppDeps = {
  readonly auth: Auth
  /** For synced rows: may be some seconds old unless something was revoked. */
  readonly actors: RememberedActors
  readonly origins: OriginChecks
  readonly publicUrl: URL
  readonly webDir: string
  readonly push: PushDeps
  readonly runs: RunRoutesDeps
  readonly usage: UsageRoutesDeps
  readonly plans: PlanRoutesDeps
  readonly environments: EnvironmentRoutesDeps
  readonly images: ImageStore
  readonly secrets: TransactDeps
  readonly webPush: WebPushRoutesDeps
  readonly shared: SharedRoutesDeps
  readonly sharedPlans: SharedPlanRoutesDeps
  readonly now: () => number
  readonly log: { error(facts: object, message: string): void }
  readonly refusals: RefusalLog
  readonly reachability: Reachability
}

/** A device sends a long queue in pieces of a twelfth of this, or of one mutation. */
const pushBytes = 12 * 1024 * 1024

export function createApp(deps: AppDeps): Hono<Environment> {
  const app = new Hono<Environment>()
  app.onError(handleErrors(deps))
  app.use(securityHeaders(deps.publicUrl))
  app.get('/health', (c) => {
    const about = { version: droverVersion, protocol: browserProtocol }
    const trouble = deps.reachability.trouble()
    return trouble === undefined
      ? c.json({ status: 'ok', ...about })
      : c.json({ status: 'degraded', ...about, error: trouble }, 503)
  })
  app.use(clientAddress)
  app.use(noteRefused(deps.refusals))
  app.use(deps.origins.hosts)
  app.route('/', shareRoutes())
  app.use(deps.origins.origins)
  app.use('/api/*', plainPath, whileReachable(deps.reachability))

  app.route('/api/runner', runnerBlobRoutes({ auth: deps.auth, blobs: deps.runs.blobs, now: deps.now }))

  app.use('/api/sync/*', limitBody(pushBytes), requireActor(deps.actors))
  app.route('/api/sync', syncRoutes({ ...deps.push, access: deps.runs.access }))

  const [small, prompt, plan] = [limitBody(SMALL_BODY), limitBody(GUEST_PROMPT), limitBody(PLAN_BODY)]
  const [image, planSync, secret] = [limitBody(IMAGE_BODY), limitBody(PLAN_SYNC_BODY), limitBody(SECRET_BODY)]
  const piece = limitBody(pieceBytes)
  const limitOf = (path: string): MiddlewareHandler => {
    if (isGuestPrompt(path)) return prompt
    if (isPlanImage(path) || isAttachment(path)) return image
    if (isPlanSync(path)) return planSync
    if (isSecret(path)) return secret
    if (isPiece(path)) return piece
    return path === '/api/v1/plans' || path === '/api/v1/handoff' ? plan : small
  }
  app.use('/api/v1/*', (c, next) => limitOf(c.req.path)(c, next))
  // What changes an account, such as another team being chosen, holds for the very next push.
  app.use('/api/v1/*', async (c, next) => {
    await next()
    if (c.req.method !== 'GET' && !isPlanSync(c.req.path)) deps.actors.forget()
  })
  app.route('/api/v1', authRoutes(deps.auth))
  app.route('/api/v1', planImageRoutes({ images: deps.images, now: deps.now }))
  app.route('/api/v1', attachmentRoutes({ blobs: deps.runs.blobs, now: deps.now }))
  app.route('/api/v1', webPushAnswerRoutes(deps.webPush))
  app.route('/api/v1', sharedRoutes(deps.shared))
  app.route('/api/v1', sharedPlanRoutes(deps.sharedPlans))
  // Pushes belong to a browser that is signed in.
  app.use('/api/v1/push/*', requireActor(deps.auth))
  app.use('/api/v1/*', requirePerson(deps.auth))
  app.route('/api/v1', runRoutes(deps.runs))
  app.route('/api/v1', planRoutes(deps.plans))
  app.route('/api/v1', secretRoutes(deps.secrets))
  app.route('/api/v1', harnessRoutes(deps.secrets))
  app.route('/api/v1', environmentRoutes(deps.environments))
  app.route('/api/v1', handoffRoutes({ ...deps.secrets, ...deps.runs, now: deps.now }))
  app.route('/api/v1', usageRoutes(deps.usage))
  app.route('/api/v1', webPushRoutes(deps.webPush))
  app.all('/api/*', unknownRoute)

  // The address of a shared run or plan opens it: it is for nobody's index, and not told to where the page leads.
  for (const shared of ['/shared/*', '/shared-plan/*'])
    app.use(shared, async (c, next) => {
      await next()
      c.header('x-robots-tag', 'noindex, nofollow')
      c.header('referrer-policy', 'no-referrer')
    })
  serveWeb(app, deps.webDir)
  return app
}

const isPlanImage = (path: string): boolean => /^\/api\/v1\/teams\/[^/]+\/images\/[^/]+$/.test(path)
const isAttachment = (path: string): boolean => /^\/api\/v1\/teams\/[^/]+\/attachments\/[^/]+$/.test(path)
const isGuestPrompt = (path: string): boolean => /^\/api\/v1\/shared\/[^/]+\/[^/]+\/prompts$/.test(path)
const isPiece = (path: string): boolean => /^\/api\/v1\/blobs\/[^/]+$/.test(path)
const isSecret = (path: string): boolean => /^\/api\/v1\/secrets(?:\/[^/]+)?$/.test(path)
const isPlanSync = (path: string): boolean => /^\/api\/v1\/plans\/[^/]+\/sync$/.test(path)

/**
 * The built app: hashed files for ever, everything else checked each time, and the page itself for every route of it. The build has written each
 * in packed form too.
 */
function serveWeb(app: Hono<Environment>, webDir: string): void {
  const notBuilt = 'The web app is not built. Run “npm run build”, then start the server again.'
  if (!existsSync(webDir)) {
    app.get('/assets/*', (c) => c.notFound())
    app.get('*', (c) => c.text(notBuilt, 503))
    return
  }
  app.use(
    '/assets/*',
    serveStatic({
      root: webDir,
      precompressed: true,
      onFound: (_path, c) => c.header('cache-control', 'public, max-age=31536000, immutable'),
    }),
  )
  const checked = { root: webDir, precompressed: true, onFound: noCache }
  app.use('*', serveStatic(checked))
  app.get('/assets/*', (c) => c.notFound())
  app.get('*', serveStatic({ ...checked, path: 'index.html' }))
  app.get('*', (c) => c.text(notBuilt, 503))
}

function noCache(_path: string, c: Context): void {
  c.header('cache-control', 'no-cache')
}
