/** The description of the API as this process serves it, and Swagger UI over it. */
import type { Request, RequestHandler, Response, Router } from 'express'
import helmet from 'helmet'
import swaggerUi from 'swagger-ui-express'
import type { Catalogue } from '../job/catalogue.ts'
import { openApiYaml } from './openapi/document.ts'
import { notAllowed, resource, strictRouter } from './resource.ts'

export function docsRouter(catalogue: Catalogue, publicUrl: string | undefined): Router {
  const router = strictRouter()
  const yaml = openApiYaml(catalogue, publicUrl)
  resource(
    router,
    '/openapi.yaml',
    {
      get(_req, res) {
        res.type('application/yaml').send(yaml)
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
  router.use('/docs', onlyReading, pageHeaders(publicUrl), swaggerUi.serve)
  const show = (req: Request, res: Response) => void page(req, res, () => undefined)
  resource(router, '/docs/', { get: show }, { mediaTypes: [] })
  resource(router, '/docs', { get: (_req, res) => res.redirect(302, 'docs/') }, { mediaTypes: [] })
  // Whoever opens the address in a browser wants to see what this is.
  const welcome = (_req: Request, res: Response) => {
    // For programs that come by: here is what describes all this (RFC 8631 §3.1).
    res.set('Link', '<openapi.yaml>; rel="service-desc"; type="application/yaml", <docs/>; rel="service-doc"')
    res.redirect(302, 'docs/')
  }
  resource(router, '/', { get: welcome }, { mediaTypes: [] })
  return router
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
