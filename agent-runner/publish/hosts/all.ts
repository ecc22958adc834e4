import type { GitHostKind } from '#shared/domain/git-host.ts'
import { azureHost } from './azure.ts'
import { bitbucketHost } from './bitbucket.ts'
import { githubHost } from './github.ts'
import { gitlabHost } from './gitlab.ts'
import type { PullRequestHost } from './host.ts'

export const pullRequestHosts: Readonly<Record<GitHostKind, PullRequestHost>> = {
  github: githubHost('github'),
  gitlab: gitlabHost,
  bitbucket: bitbucketHost,
  azure: azureHost,
  gitea: githubHost('gitea'),
}
