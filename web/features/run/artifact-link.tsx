import { FileText, GitBranch, GitCommitHorizontal, GitPullRequest, Link2, type IconNode } from 'lucide'
import { Link } from '@tanstack/solid-router'
import { Match, Switch } from 'solid-js'
import type { Artifact } from '#shared/domain/transcript.ts'
import { runWords } from '../../words/run.ts'
import { useScene } from './scene.ts'
import { safeHref } from './text/markdown.ts'
import styles from './artifact-link.module.css'

const icons: Record<Artifact['kind'], IconNode> = {
  file: FileText,
  branch: GitBranch,
  commit: GitCommitHorizontal,
  pull_request: GitPullRequest,
  link: Link2,
  diff: FileText,
}

export function artifactIcon(kind: Artifact['kind']): IconNode {
  return icons[kind]
}

/** The name of an artifact and the way to it: its page, its plan, its file, the run's changes; plain words where there is none. */
export function ArtifactLink(props: { readonly artifact: Artifact }) {
  const scene = useScene()
  const href = () => (props.artifact.url === undefined ? undefined : safeHref(props.artifact.url))
  const download = () => (props.artifact.blob === undefined ? undefined : scene.blobs.url(props.artifact.blob))
  return (
    <Switch fallback={<span class={styles.name}>{props.artifact.title}</span>}>
      <Match when={scene.guest ? undefined : props.artifact.planId}>
        {(planId) => (
          <Link class={styles.name} to="/plans/$planId" params={{ planId: planId() }}>
            {props.artifact.title}
          </Link>
        )}
      </Match>
      <Match when={href()}>
        {(url) => (
          <a class={styles.name} href={url()} target="_blank" rel="noopener noreferrer" title={url()}>
            {props.artifact.title}
          </a>
        )}
      </Match>
      <Match when={props.artifact.kind === 'diff'}>
        <button type="button" class={styles.name} onClick={() => scene.showChanges()}>
          {props.artifact.title}
        </button>
      </Match>
      <Match when={download()}>
        {(url) => (
          <a
            class={styles.name}
            href={url()}
            download={props.artifact.title}
            aria-label={`${runWords.artifact.download} ${props.artifact.title}`}
          >
            {props.artifact.title}
          </a>
        )}
      </Match>
    </Switch>
  )
}
