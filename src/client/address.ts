/** Where the API is, and where a job is in it. */

/** With a slash at its end. @throws TypeError where it is no URL */
export function baseOf(url: string | URL | undefined): string {
  // A worker that was made of a blob has the page's address in its own.
  const page = (globalThis as { location?: { href?: string } }).location?.href?.replace(/^blob:/, '')
  const base = /^https?:/.test(page ?? '') ? page : undefined
  const { origin, pathname } = new URL(url ?? (base ? '/' : 'http://localhost:3000'), base)
  return origin + pathname.replace(/\/*$/, '/')
}

/**
 * Below the address that was given to the client, whatever the server calls itself: the API key is for that alone.
 * @throws TypeError for an address elsewhere, and for what can be no id
 */
export function addressOf(base: string, job: string | { readonly id: string }): string {
  const name = typeof job === 'string' ? job : job.id
  // URLs take these for something else, however they are written.
  if (/^\.{0,2}$/.test(name)) throw new TypeError(`"${name}" is not the id of a job`)
  if (!name.includes('/')) return `${base}jobs/${encodeURIComponent(name)}`
  const { origin, pathname } = new URL(name, base)
  if (origin !== new URL(base).origin) throw new TypeError(`${name} is not a job of ${base}`)
  return origin + pathname
}
