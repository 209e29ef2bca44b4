/** What callers do with a job: a story each, drawn by the dice. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Caller, Wish } from './caller.ts'
import type { Dice } from './dice.ts'
import type { Asked } from './history.ts'

// With a key, until there is an answer; a caller with less patience would be one that does not know what became of it.
const TRIES = 200
const PAUSE_MS = { from: 100, to: 600 }
const WAIT_SECONDS = 10
// A process each, at a quarter of a second of processor time: more, and a run would be about little else.
const APART = 0.003

interface Story {
  readonly weight: number
  tell(caller: Caller, id: string, wish: Wish, dice: Dice): Promise<unknown>
}

const at = (id: string, more = '') => `/jobs/${id}${more}`

const read = (caller: Caller, id: string) =>
  caller.ask({ kind: 'read', method: 'GET', path: at(id), jobId: id })
const wait = (caller: Caller, id: string) =>
  caller.ask({
    kind: 'wait',
    method: 'GET',
    path: at(id),
    jobId: id,
    headers: { Prefer: `wait=${WAIT_SECONDS}` },
  })
const cancel = (caller: Caller, id: string) =>
  caller.ask({ kind: 'cancel', method: 'POST', path: at(id, '/cancel'), jobId: id })

const STORIES: readonly Story[] = [
  { weight: 40, tell: () => Promise.resolve() },
  {
    weight: 20,
    async tell(caller, id) {
      for (let tries = 0; tries < TRIES; tries++) {
        const { status, seen, retryAfter = 1 } = await read(caller, id)
        if (seen?.end !== undefined || status === 410) return
        await sleep(retryAfter * 1000)
      }
    },
  },
  {
    weight: 10,
    async tell(caller, id, _wish, dice) {
      for (let tries = 0; tries < TRIES; tries++) {
        const answer = await wait(caller, id)
        if (answer.seen?.end !== undefined || answer.status === 410) return
        if (answer.status !== 200) await pause(answer, dice)
      }
    },
  },
  {
    weight: 5,
    tell: (caller, id) =>
      caller.ask({
        kind: 'watch',
        method: 'GET',
        path: at(id, '/events'),
        jobId: id,
        headers: { Accept: 'text/event-stream' },
      }),
  },
  {
    weight: 12,
    async tell(caller, id, _wish, dice) {
      // Half of them race with the claim.
      if (dice.chance(0.5)) await sleep(dice.whole(0, 500))
      await cancel(caller, id)
    },
  },
  {
    weight: 4,
    async tell(caller, id, _wish, dice) {
      await cancel(caller, id)
      await sleep(dice.whole(0, 1000))
      await caller.ask({ kind: 'retry', method: 'POST', path: at(id, '/retry'), jobId: id })
    },
  },
  {
    weight: 4,
    async tell(caller, _id, wish, dice) {
      if (wish.key === undefined) return
      await sleep(dice.whole(0, 3000))
      await submit(caller, wish)
    },
  },
  {
    weight: 4,
    async tell(caller, id) {
      const { seen } = await wait(caller, id)
      if (seen?.end !== undefined)
        await caller.ask({ kind: 'delete', method: 'DELETE', path: at(id), jobId: id })
    },
  },
  { weight: 1, tell: (caller) => caller.ask({ kind: 'list', method: 'GET', path: '/jobs?status=running' }) },
]

/** From the wish to the end of what its caller does about it. */
export async function tellStory(caller: Caller, name: string, dice: Dice): Promise<void> {
  const wish = wishOf(name, dice)
  const id =
    wish.key === undefined ? await submitOnce(caller, wish) : await submitUntilAnswered(caller, wish, dice)
  if (id !== undefined) await dice.weighted(STORIES).tell(caller, id, wish, dice)
}

function wishOf(name: string, dice: Dice): Wish {
  const { ms } = dice.weighted([
    { weight: 80, ms: dice.whole(0, 20) },
    { weight: 12, ms: dice.whole(100, 800) },
    { weight: 8, ms: dice.whole(1000, 4000) },
  ])
  const { ending } = dice.weighted([
    { weight: 80, ending: {} },
    { weight: 15, ending: { failures: dice.whole(1, 3) } },
    { weight: 5, ending: { final: true } },
  ])
  return {
    name,
    task: dice.chance(APART) ? 'deed-apart' : 'deed',
    input: { name, ms, ...ending },
    ...(dice.chance(0.6) ? { key: `key-of-${name.replaceAll(' ', '-')}` } : {}),
  }
}

const submit = (caller: Caller, wish: Wish): Promise<Asked> =>
  caller.ask({ kind: 'submit', method: 'POST', path: `/tasks/${wish.task}`, wish })

const idIn = ({ status, jobId }: Asked) => (status === 202 ? jobId : undefined)

async function submitOnce(caller: Caller, wish: Wish): Promise<string | undefined> {
  return idIn(await submit(caller, wish))
}

async function submitUntilAnswered(caller: Caller, wish: Wish, dice: Dice): Promise<string | undefined> {
  // Now and then several at the same instant.
  const together = dice.chance(0.2) ? dice.whole(2, 5) : 1
  const answers = await Promise.all(Array.from({ length: together }, () => submit(caller, wish)))
  let last = answers.find(({ status }) => status === 202) ?? answers.at(-1)
  for (let tries = 0; last && last.status !== 202 && tries < TRIES; tries++) {
    await pause(last, dice)
    last = await submit(caller, wish)
  }
  return last && idIn(last)
}

/** As long as the answer says; where there was none, not long. */
function pause({ retryAfter }: Asked, dice: Dice): Promise<void> {
  return sleep(retryAfter === undefined ? dice.whole(PAUSE_MS.from, PAUSE_MS.to) : retryAfter * 1000)
}
