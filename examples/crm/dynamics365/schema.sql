-- The tables of Dynamics 365 Sales (Dataverse) as an export brings them to PostgreSQL, as far as mapping.sql reads
-- them. Option sets
-- are int, lookups uuid with the entity's name beside them, times UTC in timestamp. Loaders make primary keys and no
-- other
-- index. In the schema of the search_path.
CREATE TABLE systemuser (systemuserid uuid PRIMARY KEY, fullname text, internalemailaddress text, isdisabled boolean,
  "IsDelete" boolean);
CREATE TABLE teammembership (teammembershipid uuid PRIMARY KEY, teamid uuid, systemuserid uuid, "IsDelete" boolean);
CREATE TABLE account (
  accountid uuid PRIMARY KEY, name text, primarycontactid uuid, ownerid uuid, ownerid_entitytype text, industrycode int,
    statecode int,
  createdon timestamp, "IsDelete" boolean);
CREATE TABLE contact (
  contactid uuid PRIMARY KEY, fullname text, parentcustomerid uuid, parentcustomerid_entitytype text,
    emailaddress1 text, ownerid uuid,
  ownerid_entitytype text, statecode int, createdon timestamp, "IsDelete" boolean);
CREATE TABLE lead (
  leadid uuid PRIMARY KEY, fullname text, emailaddress1 text, parentcontactid uuid, parentaccountid uuid, ownerid uuid,
  ownerid_entitytype text, statecode int, createdon timestamp, "IsDelete" boolean);
CREATE TABLE opportunity (
  opportunityid uuid PRIMARY KEY, name text, customerid uuid, customerid_entitytype text, parentaccountid uuid,
    parentcontactid uuid,
  ownerid uuid, ownerid_entitytype text, statecode int, estimatedvalue numeric, estimatedvalue_base numeric,
  estimatedclosedate date, actualclosedate date, createdon timestamp, "IsDelete" boolean);
CREATE TABLE connection (
  connectionid uuid PRIMARY KEY, record1id uuid, record1id_entitytype text, record2id uuid, record2id_entitytype text,
    statecode int,
  "IsDelete" boolean);
CREATE TABLE email (
  activityid uuid PRIMARY KEY, subject text, directioncode boolean, senton timestamp, actualend timestamp,
    statecode int, statuscode int,
  regardingobjectid uuid, regardingobjectid_entitytype text, baseconversationindexhash int, messageid text,
    isemailfollowed boolean,
  opencount int, linksclickedcount int, attachmentopencount int, replycount int, isworkflowcreated boolean,
    "IsDelete" boolean);
CREATE TABLE appointment (
  activityid uuid PRIMARY KEY, subject text, scheduledstart timestamp, scheduledend timestamp,
    scheduleddurationminutes int,
  actualdurationminutes int, isalldayevent boolean, statecode int, instancetypecode int, globalobjectid text,
    regardingobjectid uuid,
  regardingobjectid_entitytype text, "IsDelete" boolean);
CREATE TABLE phonecall (
  activityid uuid PRIMARY KEY, subject text, directioncode boolean, actualdurationminutes int, actualend timestamp,
    scheduledend timestamp,
  statecode int, statuscode int, regardingobjectid uuid, regardingobjectid_entitytype text, "IsDelete" boolean);
CREATE TABLE task (
  activityid uuid PRIMARY KEY, subject text, actualdurationminutes int, actualend timestamp, scheduledend timestamp,
    statecode int,
  regardingobjectid uuid, regardingobjectid_entitytype text, "IsDelete" boolean);
CREATE TABLE activityparty (
  activitypartyid uuid PRIMARY KEY DEFAULT gen_random_uuid(), activityid uuid, partyid uuid, partyid_entitytype text,
    addressused text,
  participationtypemask int, "IsDelete" boolean);
