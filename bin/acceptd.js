#!/usr/bin/env node
// The `acceptd` command. Plain JavaScript that an old Node can read: it sees to it that the rest runs on one that can.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import module from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
// A package has no src: Node strips no types under node_modules, so what is in dist was built for it.
const isCheckout = fs.existsSync(path.join(root, 'src'))

// Keep in step with "engines" in package.json.
if (major >= 26 || (major === 24 && minor >= 16)) {
  // Half of a start's time goes into reading TypeScript; the second start has that from the first.
  module.enableCompileCache()
  const { run } = isCheckout ? await import('../src/cli.ts') : await import('../dist/cli.js')
  await run(process.argv)
} else {
  runOnLocalNode()
}

/** The Node that `npm ci` fetched into this checkout because the machine's own is too old. */
function runOnLocalNode() {
  const node = path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!fs.existsSync(node)) {
    const wayOn = isCheckout ? 'Run npm ci, which fetches one.' : 'Install a newer one, from nodejs.org say.'
    process.stderr.write(`acceptd needs Node 24.16 or newer; this is ${process.version}. ${wayOn}\n`)
    process.exit(1)
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  // Ctrl-C reaches both through the terminal; what is sent to this process alone must be passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    // As a shell says it, which must not take it for a job that failed.
    process.exitCode = code ?? 128 + os.constants.signals[signal]
    if (signal) process.stderr.write(`acceptd was ended by ${signal}\n`)
  })
}
