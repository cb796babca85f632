/** What tests, proofs and benches stand on: real servers, and a network that is slower than loopback. */
export { type DelayProxy, delayProxy } from './delay-proxy.ts'
export { type Cluster, type ClusterOptions, startCluster } from './servers/cluster.ts'
export { type ClusterServer } from './servers/cluster-server.ts'
export {
  type ProgramDeclaration,
  type RunningServer,
  type ServerDeclaration,
  type Source,
} from './servers/declaration.ts'
export { pgbouncer118, pgbouncer124 } from './servers/pgbouncer.ts'
export { postgres15, postgres18 } from './servers/postgres.ts'
export { startServer, testingErrors } from './servers/provide.ts'
export { available, server, servers } from './servers/shared.ts'
export { type Standby } from './servers/standby.ts'
export { type PgBouncer, type PgBouncerOptions, startPgBouncer } from './servers/start-pgbouncer.ts'
export { launchChromium } from './chromium.ts'
