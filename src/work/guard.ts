/** A thread beside an isolated attempt: ends its process where the worker has died, or where memory runs over. */
import fs from 'node:fs'
import { workerData } from 'node:worker_threads'

const { worker, memoryMb } = workerData as { readonly worker: number; readonly memoryMb: number }

// The flag for V8 bounds its heap, but not buffers, which may take gigabytes within a second.
const LOOK_MS = 100
// What Node takes by itself, with the part of the heap where objects are young.
const NODE_MB = 128

setInterval(() => {
  // A process whose parent dies is given another. The event loop would hear of that, unless the task never lets go of it.
  if (process.ppid !== worker) die()
  if (process.memoryUsage.rss() > (memoryMb + NODE_MB) * 1024 * 1024) {
    fs.writeSync(2, 'acceptd: out of memory\n')
    die()
  }
}, LOOK_MS)

function die(): void {
  process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL')
}
