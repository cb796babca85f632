-- The development mailbox: mail that is shown instead of sent. The platform's own, whoever it is to: the application puts
-- mail in and reads it through the two functions, and nothing is there when MAIL_URL names a real way out.
create table control.mails (
  id        uuid primary key,
  recipient text not null,
  subject   text not null,
  body      text not null,
  sent_at   timestamptz not null default now()
);

-- Keeps the last 500. Ids are in the order of time.
create function control.keep_mail(id uuid, recipient text, subject text, body text) returns void
language sql volatile security definer
begin atomic
  insert into control.mails (id, recipient, subject, body)
  values (keep_mail.id, keep_mail.recipient, keep_mail.subject, keep_mail.body);
  delete from control.mails m
  where m.id <= (select old.id from control.mails old order by old.id desc offset 500 limit 1);
end;

-- The newest first.
create function control.kept_mails() returns table (id uuid, recipient text, subject text, body text, sent_at timestamptz)
language sql stable security definer
begin atomic
  select m.id, m.recipient, m.subject, m.body, m.sent_at from control.mails m order by m.id desc limit 500;
end;

revoke all on function control.keep_mail(uuid, text, text, text), control.kept_mails() from public;
grant execute on function control.keep_mail(uuid, text, text, text), control.kept_mails() to {{application}};
