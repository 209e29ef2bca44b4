/** The description of the API as this process serves it, and Swagger UI over it. */
import type { Request, RequestHandler, Response, Router } from 'express'
import helmet from 'helmet'
import swaggerUi from 'swagger-ui-express'
import type { Catalogue } from '../job/catalogue.ts'
import { openApiYaml } from './openapi/document.ts'
import { urlsOf } from './place.ts'
import { notAllowed, resource, strictRouter } from './resource.ts'

export function docsRouter(catalogue: Catalogue, publicUrl: string | undefined): Router {
  const router = strictRouter()
  const yaml = openApiYaml(catalogue, publicUrl)
  // Put in afterwards: to make the document takes longer than a request should that anybody may send.
  const yamlAt = (base: string) =>
    publicUrl !== undefined || base === '' ? yaml : yaml.replace(AT_THE_ROOT, () => serversAt(base))
  resource(
    router,
    '/openapi.yaml',
    {
      get(_req, res) {
        res.type('application/yaml').send(yamlAt(urlsOf(res).base))
      },
    },
    { mediaTypes: [] },
  )
  const swaggerOptions = {
    // From the page, not from the root: a proxy may have put a prefix before both.
    url: '../openapi.yaml',
    tryItOutEnabled: true,
    // Else it tells a service of Swagger's about every address it is shown at.
    validatorUrl: null,
  }
  const page = swaggerUi.setup(undefined, { swaggerOptions, customSiteTitle: 'acceptd' })
  // Not swaggerUi.serve: that has the options of whoever called setup last, as an app that we are mounted in may.
  router.use(
    '/docs',
    onlyReading,
    pageHeaders(publicUrl),
    swaggerUi.serveFiles(undefined, { swaggerOptions }),
  )
  const show = (req: Request, res: Response) => void page(req, res, () => undefined)
  resource(router, '/docs/', { get: show }, { mediaTypes: [] })
  resource(router, '/docs', { get: (_req, res) => res.redirect(302, 'docs/') }, { mediaTypes: [] })
  // Whoever opens the address in a browser wants to see what this is.
  const welcome = (req: Request, res: Response) => {
    const here = folderOf(req)
    // For programs that come by: here is what describes all this (RFC 8631 §3.1).
    const desc = `<${here}openapi.yaml>; rel="service-desc"; type="application/yaml"`
    res.set('Link', `${desc}, <${here}docs/>; rel="service-doc"`)
    res.redirect(302, `${here}docs/`)
  }
  resource(router, '/', { get: welcome }, { mediaTypes: [] })
  return router
}

/** What leads there from the address as it was asked for: `/async` is the same place as `/async/`, and in no folder. */
function folderOf({ originalUrl }: Request): string {
  const [path = ''] = originalUrl.split('?', 1)
  return path.endsWith('/') ? '' : `./${path.slice(path.lastIndexOf('/') + 1)}/`
}

const AT_THE_ROOT = /^servers:\n {2}- url: \/$/m

/** A JSON string is one in YAML, too, whatever is in it. */
function serversAt(base: string): string {
  return `servers:\n  - url: ${JSON.stringify(base)}`
}

/**
 * Helmet's defaults tell browsers to use https for every subresource and from then on. On plain http that leaves Swagger
 * UI blank everywhere but on localhost, so both are for an https public URL only.
 */
function pageHeaders(publicUrl: string | undefined) {
  const https = publicUrl?.startsWith('https:') ?? false
  return helmet({
    strictTransportSecurity: https,
    contentSecurityPolicy: { directives: https ? {} : { upgradeInsecureRequests: null } },
    // Meaningless on plain http, where browsers only complain about them in the console.
    crossOriginOpenerPolicy: https,
    originAgentCluster: https,
  })
}

/** The files of Swagger UI would be served to any method. */
const onlyReading: RequestHandler = (req, _res, next) => {
  if (!['GET', 'HEAD', 'OPTIONS'].includes(req.method)) throw notAllowed(req.method, 'OPTIONS, GET, HEAD')
  next()
}
