import {
  Navigate,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from '@tanstack/solid-router'
import { Box, ChartColumnStacked, Inbox, ListTree, NotebookText, Plus, Send, Settings2 } from 'lucide'
import { lazy } from 'solid-js'
import { z } from 'zod'
import { NotFoundPage, PageError, PagePending } from './features/shell/page-states.tsx'
import { Root } from './features/shell/root.tsx'
import { WorkspaceGate } from './features/shell/workspace-gate.tsx'
import { InboxSearch } from './state/inbox-search.ts'
import type { Page } from './state/pages.ts'
import { NewRunSearch } from './state/plan-choice.ts'
import { PlanSearch, PlansSearch } from './state/plans-search.ts'
import { RunSearch } from './state/run-search.ts'
import { RunsSearch, runFilters } from './state/runs-search.ts'
import { settingsSections, type SettingsSection } from './state/settings-sections.ts'
import { runsWords } from './words/runs.ts'
import { outboxWords, shellWords } from './words/shell.ts'

/** Every address of the app. Pages are fetched when first opened; the shell is there at once. */
const root = createRootRoute({ component: Root, notFoundComponent: NotFoundPage })

const home = createRoute({ getParentRoute: () => root, path: '/', component: () => <Navigate to="/runs" replace /> })

/** The quick filters of the list. */
const filteredRuns: readonly Page[] = runFilters.flatMap((show) =>
  show === 'all'
    ? []
    : [{ href: `/runs?show=${show}`, title: `${shellWords.runs}: ${runsWords.filter[show]}`, icon: ListTree }],
)

/** Pages that need a signed-in person's workspace: inside the shell. */
const Mailbox = lazy(async () => ({ default: (await import('./features/inbox/mailbox.tsx')).Mailbox }))
const workspace = createRoute({
  getParentRoute: () => root,
  id: 'workspace',
  component: () => <WorkspaceGate mailbox={Mailbox} />,
})

const runs = createRoute({
  getParentRoute: () => workspace,
  path: '/runs',
  staticData: { pages: [{ href: '/runs', title: shellWords.runs, icon: ListTree, key: 'g r' }, ...filteredRuns] },
  validateSearch: (search): RunsSearch => RunsSearch.parse(search),
  component: lazyRouteComponent(() => import('./features/runs/runs-page.tsx'), 'RunsPage'),
})

const runRoute = createRoute({
  getParentRoute: () => workspace,
  path: '/runs/$runId',
  validateSearch: (search): RunSearch => RunSearch.parse(search),
  component: lazyRouteComponent(() => import('./features/run/run-page.tsx'), 'RunPage'),
})

const plans = createRoute({
  getParentRoute: () => workspace,
  path: '/plans',
  staticData: {
    pages: [{ href: '/plans', title: shellWords.plans, also: shellWords.plansAlso, icon: NotebookText, key: 'g p' }],
  },
  validateSearch: (search): PlansSearch => PlansSearch.parse(search),
  component: lazyRouteComponent(() => import('./features/plans/plans-page.tsx'), 'PlansPage'),
})

const planRoute = createRoute({
  getParentRoute: () => workspace,
  path: '/plans/$planId',
  validateSearch: (search): PlanSearch => PlanSearch.parse(search),
  component: lazyRouteComponent(() => import('./features/plans/plan-page.tsx'), 'PlanPage'),
})

const inbox = createRoute({
  getParentRoute: () => workspace,
  path: '/inbox',
  staticData: {
    pages: [{ href: '/inbox', title: shellWords.inbox, also: shellWords.inboxAlso, icon: Inbox, key: 'g i' }],
  },
  validateSearch: (search): InboxSearch => InboxSearch.parse(search),
  component: lazyRouteComponent(() => import('./features/inbox/inbox-page.tsx'), 'InboxPage'),
})

const environments = createRoute({
  getParentRoute: () => workspace,
  path: '/environments',
  staticData: {
    pages: [
      {
        href: '/environments',
        title: shellWords.environments,
        also: shellWords.environmentsAlso,
        icon: Box,
        key: 'g e',
      },
      { href: '/environments/new', title: shellWords.newEnvironment, also: shellWords.environmentsAlso, icon: Box },
    ],
  },
  component: lazyRouteComponent(() => import('./features/environments/environments-page.tsx'), 'EnvironmentsPage'),
})

const newEnvironment = createRoute({
  getParentRoute: () => workspace,
  path: '/environments/new',
  component: lazyRouteComponent(() => import('./features/environments/new-environment-page.tsx'), 'NewEnvironmentPage'),
})

const environmentRoute = createRoute({
  getParentRoute: () => workspace,
  path: '/environments/$environmentId',
  component: lazyRouteComponent(() => import('./features/environments/environment-page.tsx'), 'EnvironmentPage'),
})

const newRun = createRoute({
  getParentRoute: () => workspace,
  path: '/new',
  staticData: {
    pages: [{ href: '/new', title: shellWords.newRun, also: shellWords.newRunAlso, icon: Plus, key: 'n' }],
  },
  validateSearch: (search): NewRunSearch => NewRunSearch.parse(search),
  component: lazyRouteComponent(() => import('./features/new-run/new-run-page.tsx'), 'NewRunPage'),
})

const usage = createRoute({
  getParentRoute: () => workspace,
  path: '/usage',
  staticData: {
    pages: [
      { href: '/usage', title: shellWords.usage, also: shellWords.usageAlso, icon: ChartColumnStacked, key: 'g u' },
    ],
  },
  component: lazyRouteComponent(() => import('./features/usage/usage-page.tsx'), 'UsagePage'),
})

const outbox = createRoute({
  getParentRoute: () => workspace,
  path: '/outbox',
  staticData: {
    pages: [{ href: '/outbox', title: outboxWords.title, also: outboxWords.also, icon: Send, key: 'g o' }],
  },
  component: lazyRouteComponent(() => import('./features/outbox/outbox-page.tsx'), 'OutboxPage'),
})

const settings = createRoute({
  getParentRoute: () => workspace,
  path: '/settings/$section',
  staticData: { pages: settingsSections.map(toSettingsPage) },
  component: lazyRouteComponent(() => import('./features/settings/settings-page.tsx'), 'SettingsPage'),
})

const settingsHome = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: () => <Navigate to="/settings/$section" params={{ section: 'account' }} replace />,
})

/** A run for whoever has its link: no account is asked for. */
const shared = createRoute({
  getParentRoute: () => root,
  path: '/shared/$runId/$secret',
  validateSearch: (search): RunSearch => RunSearch.parse(search),
  component: lazyRouteComponent(() => import('./features/run/guest/guest-page.tsx'), 'GuestPage'),
})

/** A plan for whoever has its link: no account is asked for. */
const sharedPlan = createRoute({
  getParentRoute: () => root,
  path: '/shared-plan/$planId/$secret',
  component: lazyRouteComponent(() => import('./features/plans/guest/guest-plan-page.tsx'), 'GuestPlanPage'),
})

/** Where the browser sends what is shared, for who comes by the address alone. */
const share = createRoute({
  getParentRoute: () => root,
  path: '/share',
  component: () => <Navigate to="/new" replace />,
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

function toSettingsPage(section: SettingsSection): Page {
  return {
    href: `/settings/${section}`,
    title: `${shellWords.settings}: ${shellWords.sections[section]}`,
    also: shellWords.sectionsAlso[section],
    icon: Settings2,
    key: section === 'account' ? 'g s' : undefined,
  }
}

const routeTree = root.addChildren([
  home,
  workspace.addChildren([
    runs,
    runRoute,
    plans,
    planRoute,
    inbox,
    environments,
    newEnvironment,
    environmentRoute,
    newRun,
    usage,
    outbox,
    settings,
  ]),
  settingsHome,
  share,
  shared,
  sharedPlan,
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
