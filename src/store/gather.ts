/** Gathering calls: those that come while others are being served are served together, in one statement or transaction. */
import { fairQueue } from './fair-queue.ts'

export interface GatherOptions<Item, Answer> {
  /** Serves a batch; the answers stand in the order of the items. */
  readonly serve: (batch: readonly Item[]) => Promise<readonly Answer[]>
  /** How many batches are under way at once. One more than one, so that the next is prepared while a commit waits for the disk. */
  readonly atOnce: number
  readonly maxItems: number
  readonly maxBytes?: number
  readonly bytesOf?: (item: Item) => number
  /** Items of each are served in turn, so that one that sends many does not hold up the others. */
  readonly partyOf?: (item: Item) => string
  /** How many of one party may wait, of what size in all, and how long; what is more is refused, and never served. */
  readonly mayWait?: { readonly items: number; readonly bytes: number; readonly ms: number }
  /** Whether an error may be the fault of one item. Then each is served alone, so that only that one fails. */
  readonly isBlamed?: (error: unknown) => boolean
}

export interface Gather<Item, Answer> {
  /** Rejects with what `serve` rejects with, and with Overfull where too many wait already. */
  ask(item: Item): Promise<Answer>
}

/** More is asked for than can be served: the item was not taken on. */
export class Overfull extends Error {
  override readonly name = 'Overfull'
}

// When a batch has failed and each of its items is tried alone: enough to get on, few enough to leave connections to others.
const ALONE_AT_ONCE = 4

interface Call<Item, Answer> extends PromiseWithResolvers<Answer> {
  readonly item: Item
  readonly bytes: number
  readonly askedAt: number
}

const FOREVER = { items: Infinity, bytes: Infinity, ms: Infinity }

/** No call is kept waiting for company: when nothing is under way it is served at the end of this turn of the event loop. */
export function gather<Item, Answer>(options: GatherOptions<Item, Answer>): Gather<Item, Answer> {
  const { serve, atOnce, maxItems, maxBytes = Infinity, isBlamed = () => false } = options
  const { bytesOf = () => 0, partyOf = () => '', mayWait = FOREVER } = options
  const queue = fairQueue<Call<Item, Answer>>()
  let underWay = 0
  let called = false

  function ask(item: Item): Promise<Answer> {
    const askedAt = performance.now()
    const call = { item, bytes: bytesOf(item), askedAt, ...Promise.withResolvers<Answer>() }
    const party = partyOf(item)
    const load = queue.loadOf(party)
    if (load.items >= mayWait.items || load.bytes >= mayWait.bytes) {
      return Promise.reject(new Overfull(`${load.items} calls wait already`))
    }
    queue.add(party, call)
    serveSoon()
    return call.promise
  }

  /** At the end of this turn of the event loop: all that arrive in it come along, and not one by one as they are read. */
  function serveSoon(): void {
    if (called || underWay >= atOnce || queue.size === 0) return
    called = true
    setImmediate(() => {
      called = false
      underWay++
      void answer(take()).finally(() => {
        underWay--
        serveSoon()
      })
      serveSoon()
    })
  }

  function take(): Call<Item, Answer>[] {
    const batch: Call<Item, Answer>[] = []
    for (let bytes = 0; batch.length < maxItems && bytes < maxBytes;) {
      const call = queue.take()
      if (!call) break
      if (isTooLate(call)) continue
      batch.push(call)
      bytes += call.bytes
    }
    return batch
  }

  /** Whoever asked may have given up by now. To serve it all the same would be a surprise. */
  function isTooLate({ askedAt, reject }: Call<Item, Answer>): boolean {
    const waitedMs = performance.now() - askedAt
    if (waitedMs <= mayWait.ms) return false
    reject(new Overfull(`Its turn has not come in ${Math.round(waitedMs)} ms`))
    return true
  }

  async function answer(batch: readonly Call<Item, Answer>[]): Promise<void> {
    if (batch.length === 0) return
    try {
      const answers = await serve(batch.map(({ item }) => item))
      for (const [at, { resolve }] of batch.entries()) resolve(answers[at] as Answer)
    } catch (error) {
      if (batch.length > 1 && isBlamed(error)) return answerEachAlone(batch)
      for (const { reject } of batch) reject(error)
    }
  }

  async function answerEachAlone(batch: readonly Call<Item, Answer>[]): Promise<void> {
    const left = [...batch]
    const one = async () => {
      for (let call = left.shift(); call; call = left.shift()) if (!isTooLate(call)) await answer([call])
    }
    await Promise.all(Array.from({ length: ALONE_AT_ONCE }, one))
  }

  return { ask }
}
