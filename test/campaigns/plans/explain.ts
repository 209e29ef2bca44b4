/** Explains the statements of a pool, each just before it is executed. */
import type pg from 'pg'

export interface Explained {
  readonly statement: string
  readonly ms: number
  /** Pages of 8 KiB looked at, whether they were in memory or not. */
  readonly pages: number
  /** Whatever reads a table from one end to the other, or puts many rows in order. */
  readonly flaws: readonly string[]
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows'?: number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Join Filter'?: number
  readonly 'Shared Hit Blocks'?: number
  readonly 'Shared Read Blocks'?: number
  readonly Plans?: readonly PlanNode[]
}

type Query = (text: string, values?: unknown[], callback?: unknown) => Promise<pg.QueryResult>

// A batch is 250, a page of a list 100: what reads more than this and has no use for it grows with the table.
const WASTED_ROWS = 3000
// The backlog is counted no further than this.
const SORTED_ROWS = 10_000

export interface Explainer {
  /** What `work` executes, but for the words that begin and end transactions. */
  during(work: () => Promise<unknown>): Promise<Explained[]>
}

/** To be called before the pool has made its first connection. */
export function explainer(pool: pg.Pool): Explainer {
  let explained: Explained[] | undefined
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as unknown as Query
    let inTransaction = false
    const explainFirst: Query = async (text, values, callback) => {
      // What pg-boss asks by itself, when it starts, comes with a callback.
      if (typeof text !== 'string' || callback !== undefined) return query(text, values, callback)
      if (/^\s*(begin|commit|rollback)\b/i.test(text)) inTransaction = /begin/i.test(text)
      else if (explained) {
        // As it is, in the middle of its transaction or on its own, and undone.
        await query(inTransaction ? 'savepoint explaining' : 'begin')
        const { rows } = await query(`explain (analyze, buffers, timing off, format json) ${text}`, values)
        await query(inTransaction ? 'rollback to savepoint explaining' : 'rollback')
        const [{ 'QUERY PLAN': plans }] = rows as [{ readonly 'QUERY PLAN': readonly [Root] }]
        explained.push(judged(text, plans[0]))
      }
      return query(text, values)
    }
    Object.assign(client, { query: explainFirst })
  })
  return {
    async during(work) {
      const heard: Explained[] = []
      explained = heard
      await work()
      explained = undefined
      return heard
    },
  }
}

interface Root {
  readonly Plan: PlanNode
  readonly 'Planning Time': number
  readonly 'Execution Time': number
}

function judged(statement: string, { Plan: plan, ...times }: Root): Explained {
  const nodes = all(plan)
  return {
    statement: statement.replaceAll(/\s+/g, ' ').trim(),
    ms: times['Planning Time'] + times['Execution Time'],
    pages: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
    flaws: nodes.flatMap(flawsOf),
  }
}

function all(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(all)]
}

function flawsOf(node: PlanNode): string[] {
  const { 'Node Type': type, 'Relation Name': table, 'Actual Rows': rows = 0 } = node
  const where = table === undefined ? '' : ` of ${table}`
  const dropped = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0)
  return [
    ...(type === 'Seq Scan' && rows + dropped > WASTED_ROWS ? [`${type}${where}`] : []),
    ...(/Sort/.test(type) && rows > SORTED_ROWS ? [`${type} of ${rows} rows`] : []),
    ...(dropped > WASTED_ROWS ? [`${type}${where} throws ${dropped} rows away`] : []),
  ]
}
