/** What describes the API, served beside it from the same origin: the OpenAPI documents and the page of error codes. */
import { contractOf } from './contract.ts'
import { errorsPage } from './errors-page.ts'
import { type OpenApiOptions, openApiDocument } from './openapi.ts'
import { errorsOf } from './openapi-responses.ts'
import type { Operation } from './operation.ts'
import { type Page, htmlPage } from './page.ts'

export type ApiDescription = Pick<OpenApiOptions, 'title' | 'version' | 'description' | 'modules' | 'serverUrl'>

export function apiPages(operations: readonly Operation[], description: ApiDescription): Page[] {
  const codes = operations.map(contractOf).flatMap(errorsOf)
  return [
    documentPage('/openapi.json', { ...description, operations, audience: 'tenant' }),
    documentPage('/operator/openapi.json', {
      ...description,
      title: `${description.title}: operators`,
      operations,
      audience: 'operator',
    }),
    htmlPage('/docs/errors', errorsPage(codes)),
  ]
}

const documentPage = (path: string, options: OpenApiOptions): Page => ({
  path,
  contentType: 'application/json',
  headers: {},
  body: JSON.stringify(openApiDocument(options)),
})
