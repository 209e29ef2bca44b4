/** The ceiling: the same app with no database. */
import { finishedDocument } from './job-document.ts'
import { jobApp, listen } from './job-app.ts'

// Enough to be asked for; without a bound the garbage collector's work would grow with the length of the run.
const REMEMBERED = 1000
const finished = new Map<string, ReturnType<typeof finishedDocument>>()

const app = jobApp(async (task, id) => {
  if (finished.size < REMEMBERED) finished.set(id, finishedDocument(task, id))
})
app.get('/jobs/:id', (request, response) => {
  const document = finished.get(request.params.id)
  if (document) response.set('Cache-Control', 'private, no-cache').json(document)
  else response.sendStatus(404)
})
listen(app)
