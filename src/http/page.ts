/** An HTML page: text is escaped where it is put in, and the policy allows the one style and nothing else. */
import { createHash } from 'node:crypto'
import type { Response } from 'express'

/** HTML as opposed to text: only html`…` makes it. */
class Html {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

type Part = string | number | Html | readonly Html[]

/** Everything put in is escaped, unless it is HTML itself; that is why nobody has to remember to. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: fixed }, ...parts.map(sourceOf)))
}

export type { Html }

function sourceOf(part: Part): string {
  if (part instanceof Html) return part.source
  if (typeof part === 'object') return part.map(({ source }) => source).join('')
  return String(part).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

// The colours are the browser's own, which has them for light and dark.
const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 42rem; margin: 0 auto; padding: 1rem }
h1, h2 { line-height: 1.2 }
code { overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse }
th, td { padding: 0.4rem 0.8rem 0.4rem 0; border-bottom: 1px solid #8886; text-align: left; vertical-align: top }
`

// Made here rather than in the page, where a formatter could add a blank that the hash does not know of.
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`)

// By its hash, so that no other style can be slipped in (CSP Level 3 §2.3.1); the page needs nothing else.
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The whole document. */
export function page(title: string, main: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        ${main}
      </body>
    </html> `.source
}

export function sendPage(res: Response, text: string): void {
  // It changes with a release only; an hour is soon enough to learn of that.
  res.set({ 'Cache-Control': 'public, max-age=3600', 'Content-Security-Policy': POLICY })
  res.type('html').send(text)
}
