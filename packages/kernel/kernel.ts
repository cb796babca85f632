/** The kernel: what every pillar stands on. It does no I/O and holds no state but armed crash points. */
export { type Clock, systemClock } from './clock.ts'
export {
  type Config,
  type Setting,
  type Settings,
  configErrors,
  configReference,
  defineConfig,
  envExample,
  maskedConfig,
  readConfig,
  setting,
} from './config.ts'
export { armCrashPoint, crashPoint } from './crash-points.ts'
export {
  type ErrorCode,
  type ErrorDefinition,
  type FieldProblem,
  RowhouseError,
  defineErrors,
  isError,
} from './errors.ts'
export { newId } from './ids.ts'
export { type Lifecycle, type Part, createLifecycle } from './lifecycle.ts'
export { type Queue, createQueue } from './queue.ts'
export { seal, unseal } from './sealing.ts'
