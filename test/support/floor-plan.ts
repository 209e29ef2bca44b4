/** The source as the house test sees it: files, what each imports, what its code says. */
import fs from 'node:fs'
import path from 'node:path'

export interface SourceFile {
  /** Relative to src, with forward slashes: `job/status.ts`. */
  readonly name: string
  /** The first folder, or '' for a file at the top. */
  readonly room: string
  /** Files of src it imports, types included. */
  readonly imports: readonly string[]
  /** Packages and node: modules. */
  readonly packages: readonly string[]
  /** The code without comments. */
  readonly code: string
}

const IMPORT = /^(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm

export function readSource(folder: string): SourceFile[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => sourceFile(folder, name.replaceAll(path.sep, '/')))
}

/** Also for tests of the plan itself, which make files that break it. */
export function sourceOf(name: string, text: string): SourceFile {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '')
  const specifiers = [...code.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? '')
  const local = specifiers.filter((specifier) => specifier.startsWith('.') && specifier.endsWith('.ts'))
  return {
    name,
    room: name.includes('/') ? (name.split('/')[0] ?? '') : '',
    imports: local.map((specifier) => path.posix.join(path.posix.dirname(name), specifier)),
    packages: specifiers.filter((specifier) => !specifier.startsWith('.')),
    code,
  }
}

function sourceFile(folder: string, name: string): SourceFile {
  return sourceOf(name, fs.readFileSync(path.join(folder, name), 'utf8'))
}

/** Who may import whom. A room may always import itself; what is at the top (main, cli) may import everything. */
export const LADDER: Readonly<Record<string, readonly string[]>> = {
  job: [],
  tasks: ['job'],
  store: ['job'],
  queue: ['job'],
  polling: [],
  client: ['polling'],
  outbound: ['job'],
  calls: ['polling', 'outbound', 'job'],
  commands: ['queue', 'store', 'job'],
  work: ['queue', 'store', 'job'],
  http: ['commands', 'store', 'job'],
  postgres: [],
  conformance: [],
}

/** What http/ may use of store/: reads, never a write. */
const READS_OF_STORE = new Set(
  [
    'attempts',
    'callbacks',
    'endpoint-list',
    'database',
    'experience',
    'job-filter',
    'jobs',
    'list',
    'outage',
    'overview',
    'watch',
  ].map((name) => `store/${name}.ts`),
)

export function wrongWayImports(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ name, room, imports }) => {
    const allowed = LADDER[room]
    if (!allowed) return []
    return imports
      .filter((target) => {
        const to = target.includes('/') ? (target.split('/')[0] ?? '') : ''
        if (to === room) return false
        return !allowed.includes(to) || (room === 'http' && to === 'store' && !READS_OF_STORE.has(target))
      })
      .map((target) => `${name} → ${target}`)
  })
}

/** Chains of imports that lead back to where they began, each as `a → b → a`. */
export function cycles(files: readonly SourceFile[]): string[] {
  const byName = new Map(files.map((file) => [file.name, file]))
  const finished = new Set<string>()
  const found: string[] = []
  const visit = (name: string, trail: readonly string[]) => {
    const at = trail.indexOf(name)
    if (at >= 0) found.push([...trail.slice(at), name].join(' → '))
    if (at >= 0 || finished.has(name)) return
    for (const next of byName.get(name)?.imports ?? []) visit(next, [...trail, name])
    finished.add(name)
  }
  for (const { name } of files) visit(name, [])
  return found
}

const DRAWERS = /^(?:util|utils|helper|helpers|managers?|services?|common|misc|index)$/

/** Files named for nothing in particular, also as part of a name: `job-helper.ts`. */
export function drawers(files: readonly SourceFile[]): string[] {
  return files
    .map(({ name }) => name)
    .filter((name) =>
      name
        .replace(/\.ts$/, '')
        .split(/[/-]/)
        .some((part) => DRAWERS.test(part)),
    )
}

const STATUS_CODE = /\.status\(\s*\d|\bstatusCode\s*=[^=]|\bstatus:\s*[1-5]\d\d\b|writeHead\(|sendStatus\(/

/** Where statuses are: our own answers in http, those of others in the other rooms; conformance judges and gives them. */
const KNOWS_STATUSES = new Set(['http', 'outbound', 'calls', 'client', 'conformance'])

export function statusCodes(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ room, code }) => !KNOWS_STATUSES.has(room) && STATUS_CODE.test(code))
    .map(({ name }) => name)
}

export function readersOfTheEnvironment(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ code }) =>
      /\bprocess\s*\.\s*env\b|\bprocess\[|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/.test(code),
    )
    .map(({ name }) => name)
}
