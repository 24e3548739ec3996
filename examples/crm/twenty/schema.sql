-- The tables of a Twenty workspace (schema workspace_...) that mapping.sql reads, with the columns it needs, their
-- types and
-- the indexes that Twenty makes: a primary key, and one index per relation column. In the schema of the search_path.
CREATE TYPE "messageParticipant_role_enum" AS ENUM ('FROM', 'TO', 'CC', 'BCC', 'REPLY_TO');
CREATE TYPE "calendarEventParticipant_responseStatus_enum"
  AS ENUM ('NEEDS_ACTION', 'DECLINED', 'TENTATIVE', 'ACCEPTED');
CREATE TYPE "opportunity_stage_enum" AS ENUM ('NEW', 'SCREENING', 'MEETING', 'PROPOSAL', 'CUSTOMER', 'DROPPED');
CREATE TABLE "workspaceMember" (
  id uuid PRIMARY KEY, "nameFirstName" text, "nameLastName" text, "userEmail" text, "timeZone" text,
    "createdAt" timestamptz DEFAULT now(),
  "deletedAt" timestamptz);
CREATE TABLE "connectedAccount" (
  id uuid PRIMARY KEY, handle text, "handleAliases" text, "accountOwnerId" uuid, "deletedAt" timestamptz);
CREATE TABLE company (
  id uuid PRIMARY KEY, name text, employees float8, "idealCustomerProfile" boolean, "accountOwnerId" uuid,
  "createdAt" timestamptz DEFAULT now(), "deletedAt" timestamptz);
CREATE INDEX ON company ("accountOwnerId");
CREATE TABLE person (
  id uuid PRIMARY KEY, "nameFirstName" text, "nameLastName" text, "emailsPrimaryEmail" text UNIQUE, "companyId" uuid,
  "createdAt" timestamptz DEFAULT now(), "deletedAt" timestamptz);
CREATE INDEX ON person ("companyId");
CREATE TABLE opportunity (
  id uuid PRIMARY KEY, name text, "amountAmountMicros" numeric, "amountCurrencyCode" text, "closeDate" timestamptz,
  stage "opportunity_stage_enum", "pointOfContactId" uuid, "companyId" uuid, "ownerId" uuid,
  "createdAt" timestamptz DEFAULT now(), "deletedAt" timestamptz);
CREATE INDEX ON opportunity ("pointOfContactId");
CREATE INDEX ON opportunity ("companyId");
CREATE INDEX ON opportunity ("ownerId");
CREATE TABLE message (
  id uuid PRIMARY KEY, "headerMessageId" text, subject text, "receivedAt" timestamptz, "messageThreadId" uuid,
    "deletedAt" timestamptz);
CREATE INDEX ON message ("messageThreadId");
CREATE TABLE "messageParticipant" (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "messageId" uuid, role "messageParticipant_role_enum", handle text,
    "personId" uuid,
  "workspaceMemberId" uuid, "deletedAt" timestamptz);
CREATE INDEX ON "messageParticipant" ("messageId");
CREATE INDEX ON "messageParticipant" ("personId");
CREATE INDEX ON "messageParticipant" ("workspaceMemberId");
CREATE TABLE "messageThreadTarget" (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "messageThreadId" uuid, "targetPersonId" uuid, "targetCompanyId" uuid,
    "targetOpportunityId" uuid,
  "deletedAt" timestamptz);
CREATE INDEX ON "messageThreadTarget" ("messageThreadId");
CREATE INDEX ON "messageThreadTarget" ("targetPersonId");
CREATE INDEX ON "messageThreadTarget" ("targetCompanyId");
CREATE INDEX ON "messageThreadTarget" ("targetOpportunityId");
CREATE TABLE "calendarEvent" (
  id uuid PRIMARY KEY, title text, "isCanceled" boolean, "isFullDay" boolean, "startsAt" timestamptz,
    "endsAt" timestamptz, "iCalUid" text,
  "deletedAt" timestamptz);
CREATE TABLE "calendarEventParticipant" (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "calendarEventId" uuid, handle text, "isOrganizer" boolean,
  "responseStatus" "calendarEventParticipant_responseStatus_enum", "personId" uuid, "workspaceMemberId" uuid,
    "deletedAt" timestamptz);
CREATE INDEX ON "calendarEventParticipant" ("calendarEventId");
CREATE INDEX ON "calendarEventParticipant" ("personId");
CREATE INDEX ON "calendarEventParticipant" ("workspaceMemberId");
CREATE TABLE "calendarEventTarget" (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "calendarEventId" uuid, "targetPersonId" uuid, "targetCompanyId" uuid,
    "targetOpportunityId" uuid,
  "deletedAt" timestamptz);
CREATE INDEX ON "calendarEventTarget" ("calendarEventId");
CREATE INDEX ON "calendarEventTarget" ("targetPersonId");
CREATE INDEX ON "calendarEventTarget" ("targetCompanyId");
CREATE INDEX ON "calendarEventTarget" ("targetOpportunityId");
