/** Runs a job for the form and shows how far it is. The job outlives the page: its id is in the address. */
import { CallError, client, isProblem, JobCanceledError, JobFailedError } from 'acceptd/client'

const acceptd = client({ url: '/async' })
const form = document.querySelector('form')
const bar = document.querySelector('progress')
const status = document.querySelector('[role=status]')
const { from, cancel } = form.elements

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  try {
    const job = await acceptd.submit('countdown', { from: from.valueAsNumber })
    location.hash = job.id
    await follow(job.id)
  } catch (error) {
    status.textContent = sentenceFor(error)
  }
})

// After a reload the page goes on where it was: the server knows.
if (location.hash !== '')
  follow(location.hash.slice(1)).catch((error) => (status.textContent = sentenceFor(error)))

async function follow(id) {
  cancel.disabled = false
  cancel.onclick = () => acceptd.cancel(id)
  try {
    const job = await acceptd.wait(id, { events: true, onChange: show })
    if (job.status === 'failed') throw new JobFailedError(job)
    if (job.status === 'canceled') throw new JobCanceledError(job)
    status.textContent = `Counted ${job.result.counted}`
  } finally {
    cancel.disabled = true
  }
}

function show({ progress = 0, progressNote, status: state }) {
  bar.value = progress
  status.textContent = progressNote ?? state
}

function sentenceFor(error) {
  if (isProblem(error, 'validation-error')) return error.errors.map(({ detail }) => detail).join('. ')
  if (error instanceof JobCanceledError) return 'Canceled'
  // The server cannot be reached, or said no. A job that there is goes on; reload to look again.
  return error instanceof CallError ? `${error.message}. Reload to look again.` : String(error)
}
