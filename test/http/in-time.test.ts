import express from 'express'
import request from 'supertest'
import { expect, it } from 'vitest'
import { allowWaiting, ANSWER_MS, inTime, inTimeOr, type Handler } from '../../src/http/in-time.ts'

const NEVER = new Promise<string>(() => undefined)

function answered(handler: Handler) {
  const app = express().set(ANSWER_MS, 400)
  app.get('/', inTime(handler))
  app.use(
    ((error: Error, _req, res, _next) =>
      void res.status(503).send(error.name)) as express.ErrorRequestHandler,
  )
  return request(app).get('/')
}

it('is answered as it would be, or as an outage where that takes too long', async () => {
  await answered((_req, res) => void res.send('yes')).expect(200, 'yes')
  await answered(async () => void (await NEVER)).expect(503, 'Silence')
})

it('has another answer in time, where there is one', async () => {
  const otherwise: Handler = async (_req, res) => void res.send(await inTimeOr(res, NEVER, 'accepted'))
  await answered(otherwise).expect(200, 'accepted')
  await answered(
    async (_req, res) => void res.send(await inTimeOr(res, Promise.resolve('done'), 'accepted')),
  ).expect(200, 'done')
})

it('may take as much longer as the client waits, and what comes after is in time as well', async () => {
  const began = performance.now()
  await answered(async (_req, res) => {
    allowWaiting(res, 0.5)
    res.send(await inTimeOr(res, NEVER, 'accepted'))
  }).expect(200, 'accepted')
  // Only from below: it may be later, never earlier.
  expect(performance.now() - began).toBeGreaterThan(500)
})
