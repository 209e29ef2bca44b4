'use strict'
// Runs after `npm ci` in a checkout (as "prepare", which does not run where acceptd is installed as a package), on
// whatever Node is there (hence the old syntax). Where that Node is too old to run this project, it fetches the pinned
// one in ./package.json and links it into node_modules/.bin, which npm puts first on PATH, so that every npm script uses
// it. Nothing is downloaded on a machine whose Node will do.
const cp = require('child_process')
const fs = require('fs')
const path = require('path')

const here = __dirname
const modules = path.join(here, 'node_modules')
const windows = process.platform === 'win32'

// Keep in step with "engines" in the root package.json; 24.16 is where crypto.randomUUIDv7 appeared.
function goodEnough(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return major >= 26 || (major === 24 && minor >= 16)
}

function localNode() {
  if (!fs.existsSync(modules)) return null
  const folder = fs.readdirSync(modules).find((name) => name.startsWith('node-'))
  if (!folder) return null
  const exe = path.join(modules, folder, windows ? 'bin/node.exe' : 'bin/node')
  try {
    return goodEnough(cp.execFileSync(exe, ['-v']).toString().trim()) ? exe : null
  } catch {
    return null // another platform's binary, from a copied folder
  }
}

function install() {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  const options = { cwd: here, stdio: 'inherit' }
  return npm
    ? cp.spawnSync(process.execPath, [npm].concat(args), options)
    : cp.spawnSync('npm', args, Object.assign({ shell: true }, options))
}

function link(exe) {
  const bin = path.join(here, '..', '..', 'node_modules', '.bin')
  const target = path.join(bin, path.basename(exe))
  fs.mkdirSync(bin, { recursive: true })
  fs.rmSync(target, { force: true })
  if (windows) fs.copyFileSync(exe, target)
  else fs.symlinkSync(path.relative(bin, exe), target)
}

if (!goodEnough(process.version)) {
  if (!localNode()) install()
  const exe = localNode()
  if (!exe) {
    process.stderr.write(
      'acceptd needs Node 24.16 or newer; this is ' + process.version + ' and no other could be fetched.\n',
    )
    process.exit(1)
  }
  link(exe)
  process.stdout.write(
    process.version + ' is too old for acceptd; its npm scripts use the Node fetched into tools/node.\n',
  )
}
