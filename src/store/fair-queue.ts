/** A queue that serves its parties in turn: whoever has one in it waits for one of each of the others, not for all of them. */
export interface FairQueue<T> {
  add(party: string, item: T): void
  take(): T | undefined
  readonly size: number
  loadOf(party: string): Load
}

export interface Load {
  readonly items: number
  readonly bytes: number
}

const NO_LOAD: Load = { items: 0, bytes: 0 }

export function fairQueue<T extends { readonly bytes: number }>(): FairQueue<T> {
  // In the order of their turns. A party is in it only as long as it has something waiting.
  const parties = new Map<string, { readonly waiting: T[]; bytes: number }>()
  let size = 0
  return {
    add(party, item) {
      const row = parties.get(party) ?? { waiting: [], bytes: 0 }
      parties.set(party, row)
      row.waiting.push(item)
      row.bytes += item.bytes
      size++
    },
    take() {
      for (const [party, row] of parties) {
        const item = row.waiting.shift()
        if (!item) break
        row.bytes -= item.bytes
        size--
        // To the end, behind everybody else.
        parties.delete(party)
        if (row.waiting.length > 0) parties.set(party, row)
        return item
      }
      return undefined
    },
    get size() {
      return size
    },
    loadOf(party) {
      const row = parties.get(party)
      return row ? { items: row.waiting.length, bytes: row.bytes } : NO_LOAD
    },
  }
}
