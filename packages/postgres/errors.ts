import { defineErrors } from '@rowhouse/kernel'

const unavailable = { status: 503, title: 'Database not available', detail: 'The database is not available.' } as const

/** Every occurrence carries the operator's words: one sentence on what happened and what to do. */
export const postgresErrors = defineErrors('postgres', {
  notWritable: {
    ...unavailable,
    operator: 'The folder of the embedded PostgreSQL cannot be written: give it to this user or choose another one.',
  },
  inUse: {
    ...unavailable,
    operator: 'Another process runs the embedded PostgreSQL of this folder: stop it, or choose another folder.',
  },
  wrongVersion: {
    ...unavailable,
    operator: 'The data were written by another major version of PostgreSQL: use that version, or dump and restore.',
  },
  damaged: {
    ...unavailable,
    operator: 'The folder of the embedded PostgreSQL is incomplete: restore it from a backup, or move it away.',
  },
  noBinaries: {
    ...unavailable,
    operator: 'There is no PostgreSQL that runs on this machine: set DATABASE_URL to a PostgreSQL 15 or newer.',
  },
  noAccount: {
    ...unavailable,
    operator: 'PostgreSQL does not run as root: start as an ordinary user, or set DATABASE_URL.',
  },
  portTaken: {
    ...unavailable,
    operator: 'Another program listens on the port of the embedded PostgreSQL: stop it, or choose another port.',
  },
  diskFull: { ...unavailable, operator: 'The disk is full: free some space, then start again.' },
  notReady: { ...unavailable, operator: 'PostgreSQL did not start: its log says why.' },
  stopped: { ...unavailable, operator: 'PostgreSQL stopped by itself and is started again: its log says why.' },
})
