import { defineErrors } from '@rowhouse/app'

export const membersErrors = defineErrors('members', {
  memberNotFound: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such member.',
    operator: 'No member of this id in the caller’s tenant; another tenant may have one.',
  },
})
