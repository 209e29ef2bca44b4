/** Changes to the source of a process that runs, and only to it: what is read from disk is patched on its way in. */
export interface Patch {
  /** Relative to `src`. */
  readonly file: string
  /** Stands in it exactly once. */
  readonly find: string
  readonly replace: string
}

/** @throws Error where a patch no longer fits, so that none is left out unsaid */
export function patched(source: string, patches: readonly Patch[]): string {
  return patches.reduce((text, { file, find, replace }) => {
    const parts = text.split(find)
    if (parts.length !== 2)
      throw new Error(
        `${file} has "${find}" ${parts.length - 1} times instead of once; the patch is to be renewed`,
      )
    return parts.join(replace)
  }, source)
}
