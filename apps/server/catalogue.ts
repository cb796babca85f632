/** Every error code of the platform and the product, for documents and `rowhouse explain`. */
import { cliErrors, doctorErrors, explainErrors } from '@rowhouse/cli'
import { eventErrors } from '@rowhouse/events'
import { deskErrors, mailErrors } from '@rowhouse/helpdesk'
import { httpErrors } from '@rowhouse/http'
import { identityErrors } from '@rowhouse/identity'
import { configErrors, type ErrorCode } from '@rowhouse/kernel'
import { mailOutErrors } from '@rowhouse/mail'
import { membersErrors } from '@rowhouse/modules'
import { postgresErrors } from '@rowhouse/postgres'
import { tenancyErrors } from '@rowhouse/tenancy'
import { serverErrors } from './errors.ts'

const parts = [
  cliErrors,
  doctorErrors,
  explainErrors,
  configErrors,
  deskErrors,
  eventErrors,
  httpErrors,
  identityErrors,
  mailErrors,
  mailOutErrors,
  membersErrors,
  postgresErrors,
  serverErrors,
  tenancyErrors,
]

export const catalogue: readonly ErrorCode[] = parts
  .flatMap((part): ErrorCode[] => Object.values(part))
  .toSorted((one, other) => one.code.localeCompare(other.code))
