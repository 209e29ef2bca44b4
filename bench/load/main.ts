/** The load generator: a process of its own, so that it does not share an event loop with what keeps the books. */
import { once } from 'node:events'
import { closedLoad } from './closed.ts'
import type { Load, LoadResult, Notice } from './load.ts'
import { openLoad } from './open.ts'
import { transactionLoad } from './transactions.ts'

const [wanted] = (await once(process, 'message')) as [Load]
const result = await run(wanted)
tell({ phase: 'end', result })
// Only when whoever started this process has noted what it has used.
await once(process, 'disconnect')

function run(load: Load): Promise<LoadResult> {
  switch (load.kind) {
    case 'closed':
      return closedLoad(load, begin)
    case 'open':
      return openLoad(load, begin)
    case 'transactions':
      return transactionLoad(load, begin)
  }
}

/** Resolves when the other side has noted what every process has used so far. */
async function begin(): Promise<void> {
  const answered = once(process, 'message')
  tell({ phase: 'begin' })
  await answered
}

function tell(notice: Notice): void {
  process.send?.(notice)
}
