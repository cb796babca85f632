/** A request as bytes. */
export interface RequestForm {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

export function requestBytes({ method = 'GET', path, headers = {}, body }: RequestForm): Buffer {
  const json = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const fields = {
    host: 'localhost',
    ...(json && { 'content-type': 'application/json', 'content-length': String(json.length) }),
    ...headers,
  }
  const head = [`${method} ${path} HTTP/1.1`, ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`)]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), json ?? Buffer.alloc(0)])
}
