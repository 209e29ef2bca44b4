/** Job documents with the members of acceptd's, so that as many bytes are written. */

export function pendingDocument(task: string, id: string) {
  const at = new Date().toISOString()
  const self = `/jobs/${id}`
  return {
    id,
    task,
    status: 'pending',
    done: false,
    attempt: 0,
    maxAttempts: 3,
    priority: 0,
    tags: [],
    createdAt: at,
    runAt: at,
    updatedAt: at,
    links: {
      self,
      result: `${self}/result`,
      events: `${self}/events`,
      attempts: `${self}/attempts`,
      cancel: `${self}/cancel`,
    },
  }
}

export function finishedDocument(task: string, id: string) {
  const { links, ...pending } = pendingDocument(task, id)
  const { cancel: _, ...readable } = links
  return {
    ...pending,
    status: 'completed',
    done: true,
    attempt: 1,
    startedAt: pending.createdAt,
    finishedAt: pending.createdAt,
    expiresAt: pending.createdAt,
    result: { ok: true },
    links: readable,
  }
}
