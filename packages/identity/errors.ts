import { defineErrors } from '@rowhouse/kernel'

export const identityErrors = defineErrors('identity', {
  apiKeyNotFound: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such API key.',
    operator:
      'The tenant has no key of this id that is still valid; it may be revoked already, or belong to another tenant.',
  },
  apiKeyStronger: {
    status: 403,
    title: 'Forbidden',
    detail: 'The API key has permissions that you lack: somebody who has them must revoke it.',
    operator: 'A key may be revoked by whoever has all of its permissions.',
  },
  permissionNotGrantable: {
    status: 400,
    title: 'Permission cannot be given',
    detail: 'A key can be given existing permissions only, and only those that the calling key has.',
    operator:
      'The errors say which permission. See `rowhouse explain identity.permission_not_grantable` and /openapi.json for their names.',
  },
  credentialsRefused: {
    status: 401,
    title: 'Not signed in',
    detail: 'The e-mail address and password do not fit, or there is no such tenant for them.',
    operator:
      'No account of this address, another password, or an account that does not belong to the tenant that was named: the answer is the same on purpose.',
  },
  tenantNotChosen: {
    status: 409,
    title: 'Which tenant?',
    detail: 'You belong to several tenants: name one of them in `tenant`. `errors` lists them.',
    operator: 'The password was right, and the account has several tenants. The client asks which.',
  },
  tooManyAttempts: {
    status: 429,
    title: 'Too many attempts',
    detail: 'Too many attempts to sign in or up. Try again when `Retry-After` has passed.',
    operator:
      'Attempts are counted for an address, an account and the two together, in windows of 15 minutes. Where somebody has signed in before, only the attempts made there count.',
    retryAfterS: 900,
  },
  busy: {
    status: 503,
    title: 'Busy',
    detail: 'Too many people sign in at once. Try again in a moment.',
    operator: 'More passwords wait to be hashed than can be in a second or so: a flood, or too few nodes.',
    retryAfterS: 2,
  },
  passwordRefused: {
    status: 400,
    title: 'Password refused',
    detail: 'Choose another password. `errors` says why.',
    operator: 'Shorter than 10 characters, longer than 200, or one of those that anybody tries first.',
  },
  sessionOver: {
    status: 401,
    title: 'Session over',
    detail: 'The session has ended. Sign in again.',
    operator:
      'The refresh token is none of ours, or its session was signed out, has expired, or was ended because an old token of it was used: then the log has the event session.reused.',
  },
  alreadyMember: {
    status: 409,
    title: 'Already a member',
    detail: 'Somebody with this e-mail address is a member already.',
    operator: 'The tenant has a member of this address who can sign in.',
  },
  alreadyInvited: {
    status: 409,
    title: 'Already invited',
    detail: 'This e-mail address is invited already. Send that invitation again, or revoke it first.',
    operator: 'An address has one open invitation at a time. One that has expired makes room for another.',
  },
  ownersOnly: {
    status: 403,
    title: 'Owners only',
    detail: 'Only an owner can make somebody an owner.',
    operator: 'An admin, or a key that acts for no owner, tried to invite an owner, or to touch such an invitation.',
  },
  invitationNotFound: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such invitation: it may have been used, replaced or revoked, or it has expired.',
    operator: 'No open invitation of this id or token in the tenant. Which of the reasons it is, is said to nobody.',
  },
  invitationIncomplete: {
    status: 400,
    title: 'More is needed',
    detail: 'Say what `errors` names to accept this invitation.',
    operator: 'Who has no account yet needs a name and a password; who has one needs its password.',
  },
  tooManyLetters: {
    status: 429,
    title: 'Too many letters',
    detail: 'Too many letters have gone to this address, or from this tenant. Try again when `Retry-After` has passed.',
    operator:
      'In a day an address gets 10 invitations from all tenants together, and a tenant sends 500. What is over that looks like spam, and hurts the mail of everybody.',
    retryAfterS: 86_400,
  },
  tooManyInvited: {
    status: 409,
    title: 'Too many invitations',
    detail: 'A thousand invitations are waiting for an answer. Revoke some first.',
    operator: 'A tenant has at most 1,000 invitations that are neither accepted nor revoked.',
  },
})
