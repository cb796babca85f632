-- A helpdesk: customers write, members answer. `members` is the platform's table, in the same house.
--
-- Every order in which a list is read has an index that begins with tenant_id and ends with a unique column: a page is one
-- range of it, however deep. Ids are UUIDv7 and times are those of the call; both come from the application.

create table customers (
  tenant_id  uuid not null default rowhouse.tenant_id(),
  id         uuid not null,
  -- In lower case, so that equality is the comparison. An index on lower(email) would be of no use here: lower() is not
  -- leakproof, so behind row security PostgreSQL would read all customers of the tenant and filter.
  email      text not null check (octet_length(email) between 3 and 254 and email = lower(email)),
  name       text not null check (length(name) between 1 and 200),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  constraint customers_email unique (tenant_id, email)
);

create index customers_created on customers (tenant_id, created_at, id);

-- People's numbers: ticket 1042. Not a sequence: one counts for all tenants, leaves gaps, and cannot move. The row's lock
-- is held to the end of the transaction, so numbers are consecutive, and openings of one tenant's tickets take turns.
create table ticket_counters (
  tenant_id   uuid not null default rowhouse.tenant_id(),
  last_number integer not null check (last_number > 0),
  updated_at  timestamptz not null,
  primary key (tenant_id)
);

create table tickets (
  tenant_id   uuid not null default rowhouse.tenant_id(),
  id          uuid not null,
  number      integer not null check (number > 0),
  subject     text not null check (length(subject) between 1 and 500),
  status      text not null default 'open' check (status in ('open', 'pending', 'solved', 'closed')),
  priority    text not null default 'normal' check (priority in ('low', 'normal', 'high', 'urgent')),
  customer_id uuid not null,
  assignee_id uuid,
  tags        text[] not null default '{}'
    check (cardinality(tags) <= 20 and length(array_to_string(tags, '', '?')) <= 20 * 40),
  created_at  timestamptz not null,
  -- Of the last change or the last comment.
  updated_at  timestamptz not null,
  primary key (tenant_id, id),
  constraint tickets_number unique (tenant_id, number),
  constraint tickets_customer foreign key (tenant_id, customer_id) references customers (tenant_id, id)
    deferrable initially immediate,
  constraint tickets_assignee foreign key (tenant_id, assignee_id) references members (tenant_id, id)
    deferrable initially immediate
);

create index tickets_created on tickets (tenant_id, created_at, id);
create index tickets_updated on tickets (tenant_id, updated_at, id);
-- A desk looks at the few that are open among the many that are closed; a customer and a member look at their own.
create index tickets_by_status on tickets (tenant_id, status, created_at, id);
create index tickets_by_customer on tickets (tenant_id, customer_id, created_at, id);
create index tickets_by_assignee on tickets (tenant_id, assignee_id, created_at, id);

-- Written once, never changed.
create table comments (
  tenant_id   uuid not null default rowhouse.tenant_id(),
  id          uuid not null,
  ticket_id   uuid not null,
  -- Who wrote it: a customer, a member, or neither: an integration, whose API key is no member's.
  customer_id uuid,
  member_id   uuid,
  visibility  text not null check (visibility in ('public', 'internal')),
  body        text not null check (length(body) <= 100000),
  -- Of the mail that it came in, with its angle brackets. The bound is what fits an index page with the rest of the key.
  message_id  text check (octet_length(message_id) between 1 and 2000),
  created_at  timestamptz not null,
  primary key (tenant_id, id),
  -- A mail that is delivered twice is one comment.
  constraint comments_message unique (tenant_id, message_id),
  constraint comments_ticket foreign key (tenant_id, ticket_id) references tickets (tenant_id, id)
    deferrable initially immediate,
  constraint comments_customer foreign key (tenant_id, customer_id) references customers (tenant_id, id)
    deferrable initially immediate,
  constraint comments_member foreign key (tenant_id, member_id) references members (tenant_id, id)
    deferrable initially immediate,
  constraint comments_author check (
    customer_id is null or member_id is null and visibility = 'public'
  )
);

create index comments_of_ticket on comments (tenant_id, ticket_id, created_at, id);

-- What was attached to a mail: names, types and sizes. The contents are not kept.
create table attachments (
  tenant_id  uuid not null default rowhouse.tenant_id(),
  comment_id uuid not null,
  position   integer not null check (position between 1 and 200),
  name       text not null check (length(name) between 1 and 200),
  type       text not null check (length(type) between 1 and 200),
  size_bytes bigint not null check (size_bytes >= 0),
  primary key (tenant_id, comment_id, position),
  constraint attachments_comment foreign key (tenant_id, comment_id) references comments (tenant_id, id)
    deferrable initially immediate
);
