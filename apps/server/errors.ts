import { defineErrors } from '@rowhouse/kernel'

export const serverErrors = defineErrors('server', {
  homeNotWritable: {
    status: 500,
    title: 'Home not writable',
    detail: 'The service is not ready.',
    operator: 'ROWHOUSE_HOME must be a folder that the server’s user can write to.',
  },
  incompleteConfiguration: {
    status: 500,
    title: 'Incomplete configuration',
    detail: 'The service is not ready.',
    operator: 'Some settings need others: see docs/reference/config.md.',
  },
})
