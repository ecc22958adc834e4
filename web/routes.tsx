import {
  Navigate,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from '@tanstack/solid-router'
import { z } from 'zod'
import { NotFoundPage, PageError, PagePending } from './features/shell/page-states.tsx'
import { Root } from './features/shell/root.tsx'
import { WorkspaceGate } from './features/shell/workspace-gate.tsx'
import { RunSearch } from './state/run-search.ts'
import { RunsSearch } from './state/runs-search.ts'

/** Every address of the app. Pages are fetched when first opened; the shell is there at once. */
const root = createRootRoute({ component: Root, notFoundComponent: NotFoundPage })

const home = createRoute({ getParentRoute: () => root, path: '/', component: () => <Navigate to="/runs" replace /> })

/** Pages that need a signed-in person's workspace: inside the shell. */
const workspace = createRoute({ getParentRoute: () => root, id: 'workspace', component: WorkspaceGate })

const runs = createRoute({
  getParentRoute: () => workspace,
  path: '/runs',
  validateSearch: (search): RunsSearch => RunsSearch.parse(search),
  component: lazyRouteComponent(() => import('./features/runs/runs-page.tsx'), 'RunsPage'),
})

export const runRoute = createRoute({
  getParentRoute: () => workspace,
  path: '/runs/$runId',
  validateSearch: (search): RunSearch => RunSearch.parse(search),
  component: lazyRouteComponent(() => import('./features/run/run-page.tsx'), 'RunPage'),
})

const newRun = createRoute({
  getParentRoute: () => workspace,
  path: '/new',
  component: lazyRouteComponent(() => import('./features/new-run/new-run-page.tsx'), 'NewRunPage'),
})

const outbox = createRoute({
  getParentRoute: () => workspace,
  path: '/outbox',
  component: lazyRouteComponent(() => import('./features/outbox/outbox-page.tsx'), 'OutboxPage'),
})

const settings = createRoute({
  getParentRoute: () => workspace,
  path: '/settings/$section',
  component: lazyRouteComponent(() => import('./features/settings/settings-page.tsx'), 'SettingsPage'),
})

const settingsHome = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: () => <Navigate to="/settings/$section" params={{ section: 'account' }} replace />,
})

/** `next`: where to go once signed in; only a path of ours. */
const SignInSearch = z.object({
  next: z
    .string()
    .startsWith('/')
    .regex(/^\/(?!\/)/)
    .optional()
    .catch(undefined),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): z.infer<typeof SignInSearch> => SignInSearch.parse(search),
  component: lazyRouteComponent(() => import('./features/sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  component: lazyRouteComponent(() => import('./features/sign-in/welcome-page.tsx'), 'WelcomePage'),
})

const invite = createRoute({
  getParentRoute: () => root,
  path: '/invite/$token',
  component: lazyRouteComponent(() => import('./features/sign-in/invite-page.tsx'), 'InvitePage'),
})

const pair = createRoute({
  getParentRoute: () => root,
  path: '/pair/$token',
  component: lazyRouteComponent(() => import('./features/sign-in/pair-page.tsx'), 'PairPage'),
})

const routeTree = root.addChildren([
  home,
  workspace.addChildren([runs, runRoute, newRun, outbox, settings]),
  settingsHome,
  signIn,
  welcome,
  invite,
  pair,
])

/** `history` is the browser's unless a test gives its own. */
export function createAppRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history === undefined ? {} : { history }),
    defaultPreload: 'intent',
    defaultPendingComponent: PagePending,
    defaultPendingMs: 300,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: false,
  })
}

export type AppRouter = ReturnType<typeof createAppRouter>

declare module '@tanstack/solid-router' {
  interface Register {
    router: AppRouter
  }
}
