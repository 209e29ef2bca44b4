/** Progress as a task reports it, made fit to show. */
export interface Progress {
  /** 0–99 while running: 100 is what completed says. */
  readonly percent: number
  readonly note?: string
}

const MAX_NOTE = 200

/** Never back: a task that counts wrongly must not make a bar jump. */
export function nextProgress(
  before: Progress | undefined,
  percent: number,
  note: string | null | undefined,
): Progress {
  const bounded = Number.isFinite(percent) ? Math.min(99, Math.max(0, Math.floor(percent))) : 0
  const shown =
    note === undefined || note === null
      ? undefined
      : text(note)?.slice(0, MAX_NOTE).toWellFormed().replaceAll('\u0000', '\uFFFD')
  return {
    percent: Math.max(before?.percent ?? 0, bounded),
    ...(shown === undefined ? {} : { note: shown }),
  }
}

// A task may be written in JavaScript, where nobody minds what a note is; and it must not fail for the sake of one.
function text(note: unknown): string | undefined {
  try {
    return String(note)
  } catch {
    return undefined
  }
}
