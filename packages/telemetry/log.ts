import { type DestinationStream, type LogFn, type Logger, destination, pino } from 'pino'
import { loggable, loggableValue } from './loggable.ts'
import { maskSecrets } from './secrets.ts'

/** One JSON object a line. `log.info({ tenant, status }, 'words')`; `log.child({ requestId })`. */
export type Log = Logger

/**
 * A log whose lines hold no secrets: values under secret-shaped keys are replaced at any depth, and so are passwords
 * in URLs and credentials of an Authorization header wherever they stand in the line.
 *
 * @param options.level the least severe level written: `trace`, `debug`, `info`, `warn`, `error`, `fatal`, `silent`
 * @param options.stream where lines go; standard output when absent, written without blocking, flushed at exit
 */
export function createLog(options: { readonly level: string; readonly stream?: DestinationStream }): Log {
  const { level, stream = destination({ dest: 1, sync: false }) } = options
  const log = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: loggable },
      // `loggable` has turned errors into plain objects by then; pino's own serializer would take those for errors.
      serializers: { err: (value: unknown) => value },
      hooks: {
        streamWrite: maskSecrets,
        // What fills the places of `%o` and `%j`.
        logMethod([first, ...rest], method) {
          method.apply(this, [first, ...rest.map((value) => loggableValue(value))] as Parameters<LogFn>)
        },
      },
    },
    stream,
  )
  // pino formats the bindings of its first logger only.
  for (const name of ['child', 'setBindings'] as const) {
    const method = log[name] as (bindings: object, ...rest: unknown[]) => unknown
    const wrapped = function (this: Logger, bindings: object, ...rest: unknown[]) {
      return method.call(this, loggable(bindings), ...rest)
    }
    Object.defineProperty(log, name, { value: wrapped })
  }
  return log
}
