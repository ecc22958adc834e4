/** An absolute POSIX path without `.`, `..` and doubled slashes; a slash at its end stays, since it follows a link. */
export function normalPath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  const clean = `/${segments.join('/')}`
  return clean !== '/' && path.endsWith('/') ? `${clean}/` : clean
}

/** A path as it is meant in the folder `cwd`, which is absolute. */
export function pathFrom(cwd: string, path: string): string {
  return normalPath(path.startsWith('/') ? path : `${cwd}/${path}`)
}

export function withoutEnd(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
