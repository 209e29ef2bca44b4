/** The ceiling: how fast the same Express app is when it stores nothing. */
import type { Contestant } from './contestant.ts'

export const express: Contestant = {
  name: 'express',
  measures: ['submit', 'poll'],
  open: async (_folder, started) => ({ serve: () => started.serve('express') }),
}
