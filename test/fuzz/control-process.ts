/** A process beside the server that does the least there is to do for a request: a write to the disk, and an answer. */
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

const [, , file = ''] = process.argv
const handle = await fs.open(file, 'w')

const server = http.createServer((_req, res) => {
  void handle
    .write('.', 0)
    .then(() => handle.datasync())
    .then(() => res.end())
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
// With its parent.
process.stdin.on('end', () => process.exit()).resume()
