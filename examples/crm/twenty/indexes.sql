-- What live KPIs need beyond Twenty's own indexes (psql -v crm=workspace_abc -f indexes.sql): addresses without a
-- person.
\if :{?crm} \else \set crm public \endif
SET search_path = :"crm";
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_mail_address ON "messageParticipant" ((md5(lower(handle))::uuid))
  WHERE "workspaceMemberId" IS NULL AND "personId" IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event_address
  ON "calendarEventParticipant" ((md5(lower(handle))::uuid))
  WHERE "workspaceMemberId" IS NULL AND "personId" IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event_key ON "calendarEvent"
  (("iCalUid" || ' ' || extract(epoch FROM "startsAt" AT TIME ZONE 'UTC')::text));
RESET search_path;
