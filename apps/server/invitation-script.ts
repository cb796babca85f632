/** What the page at `/invitation` runs. Names come from people: they are set as text, never as HTML. */
export const invitationScript = `
const one = (selector) => document.querySelector(selector)
const form = one('form')
const about = one('#about')
const problem = one('#problem')
// Out of the address, so that it stays in no history and on no screen.
const token = location.hash.slice(1)
history.replaceState(null, '', location.pathname)

const roles = { owner: 'an owner', admin: 'an admin', member: 'a member' }
const dead = 'This link is not good any more. It may have been used, replaced or taken back, or it is older than seven days. Ask whoever invited you to send it again.'

const ask = async (operation, body) => {
  const answer = await fetch('/auth/invitations/' + operation, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, ...body }),
  }).catch(() => undefined)
  const said = await answer?.json().catch(() => undefined)
  if (answer?.ok) return { said }
  return { problem: wordsFor(said ?? {}, Number(answer?.headers.get('retry-after')) || 60) }
}

function wordsFor({ code, errors = [] }, waitS) {
  switch (code) {
    case 'identity.invitation_not_found':
      return dead
    case 'identity.credentials_refused':
      return 'This is not the password of your account. Try again.'
    case 'identity.password_refused':
      return 'Choose another password. ' + errors.map(({ detail }) => detail + '.').join(' ')
    case 'identity.invitation_incomplete':
      return 'Fill in your name and a password.'
    case 'identity.already_member':
      return 'Somebody with this address is a member already.'
    case 'identity.too_many_attempts':
      return 'There were too many attempts. Try again in ' + Math.ceil(waitS / 60) + ' min.'
    case 'http.invalid_request':
      return 'Look at your name and the password again: something in them cannot be used.'
    default:
      return 'It cannot be done just now. Try again in a moment.'
  }
}

function show({ tenant, email, role, expiresAt, hasAccount }) {
  const until = new Date(expiresAt).toLocaleDateString('en-GB', { day: 'numeric', month: 'long' })
  one('h1').textContent = 'You are invited to ' + tenant.name
  about.textContent = 'You will be ' + roles[role] + '. The invitation is good until ' + until + '.'
  one('#email').value = email
  one('#new').hidden = hasAccount
  one('#name').required = !hasAccount
  one('label[for=password]').textContent = hasAccount ? 'Your password' : 'Choose a password'
  one('#password').autocomplete = hasAccount ? 'current-password' : 'new-password'
  one('#rule').textContent = hasAccount
    ? 'You have an account with this address: give its password.'
    : 'At least 10 characters, and not one that anybody would try first.'
  form.hidden = false
  one(hasAccount ? '#password' : '#name').focus()
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  form.inert = true
  problem.textContent = ''
  const { name, password } = Object.fromEntries(new FormData(form))
  const answer = await ask('accept', { password, ...(name.trim() && { name }) })
  form.inert = false
  if (answer.problem) {
    problem.textContent = answer.problem
    return
  }
  const { member, tenant } = answer.said
  form.hidden = true
  one('h1').textContent = 'Welcome, ' + member.name
  about.textContent = 'You belong to ' + tenant.name + ' now. From now on, sign in with ' + member.email + ' and your password.'
  one('#on').hidden = false
})

async function begin() {
  if (token === '') {
    about.textContent = 'Open the link in the mail again: this address alone does not say what you are invited to.'
    return
  }
  const answer = await ask('look-up', {})
  if (answer.problem) about.textContent = answer.problem
  else show(answer.said)
}
void begin()
`
