-- pg_relinsights: relationship KPIs from CRM activity. Made from the modules in sql/; see ARCHITECTURE.md.
\echo Use "CREATE EXTENSION pg_relinsights" to load this file. \quit
-- Someone may have made schema relinsights before: nothing in it is found by its name alone, and nothing may be there.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE FUNCTION relinsights._guard_schema() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  installer pg_roles;
  owner pg_roles;
  strangers text;
  grantee oid;
BEGIN
  SELECT string_agg(o.name, ', ') INTO strangers
  FROM (
    SELECT pg_describe_object(d.classid, d.objid, 0) AS name
    FROM pg_depend d
    WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = 'relinsights'::regnamespace
      AND d.classid NOT IN ('pg_extension'::regclass, 'pg_default_acl'::regclass, 'pg_publication_namespace'::regclass)
      AND NOT EXISTS (
        SELECT FROM pg_depend m JOIN pg_extension e ON e.oid = m.refobjid AND e.extname = 'pg_relinsights'
        WHERE m.classid = d.classid AND m.objid = d.objid AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e')
    ORDER BY 1 LIMIT 5) o;
  IF strangers IS NOT NULL THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = 'schema "relinsights" holds objects that are not part of pg_relinsights',
      DETAIL = format('They could be called in place of the extension''s own: %s.', strangers),
      HINT = 'Drop them, or move them to another schema (ALTER ... SET SCHEMA), and try again.';
  END IF;

  SELECT r.* INTO installer FROM pg_roles r JOIN pg_extension e ON e.extowner = r.oid WHERE e.extname = 'pg_relinsights';
  SELECT r.* INTO owner FROM pg_roles r JOIN pg_namespace n ON n.nspowner = r.oid WHERE n.nspname = 'relinsights';
  IF owner.rolsuper OR owner.oid IN (installer.oid, 'pg_database_owner'::regrole,
      (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database())) THEN
    RETURN;
  ELSIF NOT installer.rolsuper THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'schema "relinsights" belongs to another role',
      DETAIL = format('Its owner "%s" could add functions that are called in place of the extension''s own.', owner.rolname),
      HINT = format('ALTER SCHEMA relinsights OWNER TO %I; or DROP SCHEMA relinsights; and try again.', installer.rolname);
  END IF;
  -- A dump that is restored by a superuser makes the schema first, for its old owner.
  EXECUTE format('ALTER SCHEMA relinsights OWNER TO %I', installer.rolname);
  FOR grantee IN SELECT a.grantee FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) a
                 WHERE n.nspname = 'relinsights' AND a.privilege_type = 'CREATE' AND a.grantee <> installer.oid LOOP
    EXECUTE format('REVOKE CREATE ON SCHEMA relinsights FROM %s CASCADE',
                   CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END);
  END LOOP;
  -- A NOTICE is not shown while an extension's script runs.
  RAISE WARNING USING
    MESSAGE = format('schema "relinsights" now belongs to role "%s", as the extension does', installer.rolname),
    DETAIL = format('It belonged to role "%s", who could have added functions to it.', owner.rolname);
END;
$$;
COMMENT ON FUNCTION relinsights._guard_schema() IS 'part of install and upgrade: an error where schema relinsights holds what is not the extension''s, or belongs to someone who is neither a superuser nor the owner of the extension or the database; a superuser''s install takes it over';
SELECT relinsights._guard_schema();

-- Which version this is: after an update of the package, the library and the SQL objects of a database may differ.

CREATE FUNCTION relinsights._library_version() RETURNS text
    LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'library_version';
COMMENT ON FUNCTION relinsights._library_version() IS 'part of version: version of the library that this session has loaded';

CREATE FUNCTION relinsights.version(OUT library text, OUT extension text) RETURNS record
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT relinsights._library_version(), e.extversion FROM pg_extension e WHERE e.extname = 'pg_relinsights';
END;
COMMENT ON FUNCTION relinsights.version() IS 'version of the library that this session has loaded and of the SQL objects in this database. They are equal, or: an extension older than the library works as it did and wants ALTER EXTENSION pg_relinsights UPDATE; a library older than the extension wants a new session';
-- The words every KPI is made of (SPEC 1).

GRANT USAGE ON SCHEMA relinsights TO PUBLIC;
COMMENT ON SCHEMA relinsights IS 'pg_relinsights: relationship KPIs from CRM activity';

CREATE TYPE relinsights.activity_kind AS ENUM ('email', 'meeting', 'phone_call', 'task', 'other');
COMMENT ON TYPE relinsights.activity_kind IS 'what an activity is: email, meeting, phone_call, task or other; text columns are cast to it: kind::relinsights.activity_kind';

CREATE TYPE relinsights.activity_direction AS ENUM ('inbound', 'outbound');
COMMENT ON TYPE relinsights.activity_direction IS 'who started an activity: outbound = we did (e-mail sent, call made), inbound = the customer did';

CREATE TYPE relinsights.activity_status AS ENUM ('scheduled', 'completed', 'cancelled');
COMMENT ON TYPE relinsights.activity_status IS 'how far an activity is; only completed activities enter a KPI';

CREATE TYPE relinsights.party_side AS ENUM ('us', 'them');
COMMENT ON TYPE relinsights.party_side IS 'whose person or whose action: us (sellers, internal people) or them (the customer''s people)';

CREATE TYPE relinsights.record_type AS ENUM ('account', 'contact', 'opportunity', 'lead');
COMMENT ON TYPE relinsights.record_type IS 'what a KPI is about: an account, contact, opportunity or lead';
-- Interactions: counts, first and last, e-mail ratio, time spent (SPEC 3.1 to 3.3; the rules are in src/core/families/interaction_summary.h).

CREATE TYPE relinsights.interaction_summary;

CREATE FUNCTION relinsights.interaction_summary_in(cstring) RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_in';
COMMENT ON FUNCTION relinsights.interaction_summary_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.interaction_summary_out(relinsights.interaction_summary) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_out';
COMMENT ON FUNCTION relinsights.interaction_summary_out(relinsights.interaction_summary) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.interaction_summary_recv(internal) RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_recv';
COMMENT ON FUNCTION relinsights.interaction_summary_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.interaction_summary_send(relinsights.interaction_summary) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_send';
COMMENT ON FUNCTION relinsights.interaction_summary_send(relinsights.interaction_summary) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.interaction_summary (
    INPUT = relinsights.interaction_summary_in, OUTPUT = relinsights.interaction_summary_out,
    RECEIVE = relinsights.interaction_summary_recv, SEND = relinsights.interaction_summary_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.interaction_summary IS 'how many activities of each kind and direction there were, their durations, the first and the last; made by interaction_agg, merged by rollup, read by accessors such as emails_sent and time_spent; fixed in size (tens of bytes), exact';

CREATE CAST (relinsights.interaction_summary AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.interaction_summary AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.interaction_summary_eq(relinsights.interaction_summary, relinsights.interaction_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.interaction_summary_eq(relinsights.interaction_summary, relinsights.interaction_summary) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.interaction_summary_ne(relinsights.interaction_summary, relinsights.interaction_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.interaction_summary_ne(relinsights.interaction_summary, relinsights.interaction_summary) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.interaction_summary, RIGHTARG = relinsights.interaction_summary, FUNCTION = relinsights.interaction_summary_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.interaction_summary, relinsights.interaction_summary) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.interaction_summary, RIGHTARG = relinsights.interaction_summary, FUNCTION = relinsights.interaction_summary_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.interaction_summary, relinsights.interaction_summary) IS 'not equal';

CREATE FUNCTION relinsights.interaction_summary_hash(relinsights.interaction_summary) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.interaction_summary_hash(relinsights.interaction_summary) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.interaction_summary_hash_extended(relinsights.interaction_summary, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.interaction_summary_hash_extended(relinsights.interaction_summary, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.interaction_summary_hash_ops DEFAULT FOR TYPE relinsights.interaction_summary USING hash AS
    OPERATOR 1 relinsights.= (relinsights.interaction_summary, relinsights.interaction_summary),
    FUNCTION 1 relinsights.interaction_summary_hash(relinsights.interaction_summary),
    FUNCTION 2 relinsights.interaction_summary_hash_extended(relinsights.interaction_summary, bigint);
COMMENT ON OPERATOR CLASS relinsights.interaction_summary_hash_ops USING hash IS 'hashing of interaction_summary by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.interaction_summary_hash_ops USING hash IS 'hashing of interaction_summary by its bytes';

CREATE FUNCTION relinsights.interaction_summary_rollup_merge(relinsights.interaction_summary, relinsights.interaction_summary) RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_rollup_merge';
COMMENT ON FUNCTION relinsights.interaction_summary_rollup_merge(relinsights.interaction_summary, relinsights.interaction_summary) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.interaction_summary_rollup_final(relinsights.interaction_summary) RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_rollup_final';
COMMENT ON FUNCTION relinsights.interaction_summary_rollup_final(relinsights.interaction_summary) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_transition';
COMMENT ON FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'part of interaction_agg: adds one activity';

CREATE FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_transition';
COMMENT ON FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval) IS 'part of interaction_agg: adds one activity';

CREATE FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval, integer) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_transition';
COMMENT ON FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval, integer) IS 'part of interaction_agg: adds one activity';

CREATE FUNCTION relinsights.interaction_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_combine';
COMMENT ON FUNCTION relinsights.interaction_agg_combine(internal, internal) IS 'part of interaction_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.interaction_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_serialize';
COMMENT ON FUNCTION relinsights.interaction_agg_serialize(internal) IS 'part of interaction_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.interaction_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_deserialize';
COMMENT ON FUNCTION relinsights.interaction_agg_deserialize(bytea, internal) IS 'part of interaction_agg: takes a worker''s state';

CREATE FUNCTION relinsights.interaction_agg_final(internal) RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_final';
COMMENT ON FUNCTION relinsights.interaction_agg_final(internal) IS 'part of interaction_agg: finishes the state';

CREATE AGGREGATE relinsights.interaction_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz, duration interval, team_size integer) (
    SFUNC = relinsights.interaction_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.interaction_agg_final,
    COMBINEFUNC = relinsights.interaction_agg_combine, SERIALFUNC = relinsights.interaction_agg_serialize, DESERIALFUNC = relinsights.interaction_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.interaction_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval, integer) IS 'interaction_summary of activities (one row per completed activity; rows with NULL kind, direction or time are ignored; NULL for no rows; infinite times are an error); duration: NULL counts as zero, negative or with months is an error; team_size: our people in a meeting, NULL or less than 1 counts as 1';

CREATE AGGREGATE relinsights.interaction_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz, duration interval) (
    SFUNC = relinsights.interaction_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.interaction_agg_final,
    COMBINEFUNC = relinsights.interaction_agg_combine, SERIALFUNC = relinsights.interaction_agg_serialize, DESERIALFUNC = relinsights.interaction_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.interaction_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval) IS 'interaction_summary of activities, every meeting with one of us (one row per completed activity; rows with NULL kind, direction or time are ignored; NULL for no rows; infinite times are an error); duration: NULL counts as zero, negative or with months is an error';

CREATE AGGREGATE relinsights.interaction_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.interaction_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.interaction_agg_final,
    COMBINEFUNC = relinsights.interaction_agg_combine, SERIALFUNC = relinsights.interaction_agg_serialize, DESERIALFUNC = relinsights.interaction_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.interaction_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'interaction_summary of activities without durations (one row per completed activity; rows with NULL kind, direction or time are ignored; NULL for no rows; infinite times are an error)';

CREATE AGGREGATE relinsights.rollup(relinsights.interaction_summary) (
    SFUNC = relinsights.interaction_summary_rollup_merge, STYPE = relinsights.interaction_summary, SSPACE = 2048, FINALFUNC = relinsights.interaction_summary_rollup_final,
    COMBINEFUNC = relinsights.interaction_summary_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.interaction_summary) IS 'merges interaction summaries of disjoint activities, exactly; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.emails_sent(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_emails_sent';
COMMENT ON FUNCTION relinsights.emails_sent(relinsights.interaction_summary) IS 'number of completed e-mails we sent; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.emails_received(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_emails_received';
COMMENT ON FUNCTION relinsights.emails_received(relinsights.interaction_summary) IS 'number of completed e-mails the customer sent; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.meetings_sent(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_meetings_sent';
COMMENT ON FUNCTION relinsights.meetings_sent(relinsights.interaction_summary) IS 'number of completed meetings we called; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.meetings_received(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_meetings_received';
COMMENT ON FUNCTION relinsights.meetings_received(relinsights.interaction_summary) IS 'number of completed meetings the customer called; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.phone_calls_made(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_phone_calls_made';
COMMENT ON FUNCTION relinsights.phone_calls_made(relinsights.interaction_summary) IS 'number of completed phone calls we made; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.phone_calls_received(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_phone_calls_received';
COMMENT ON FUNCTION relinsights.phone_calls_received(relinsights.interaction_summary) IS 'number of completed phone calls the customer made; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.tasks_completed(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_tasks_completed';
COMMENT ON FUNCTION relinsights.tasks_completed(relinsights.interaction_summary) IS 'number of completed tasks, of either side; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.other_activities(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_other_activities';
COMMENT ON FUNCTION relinsights.other_activities(relinsights.interaction_summary) IS 'number of completed activities of kind other, of either side; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.activities(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_activities';
COMMENT ON FUNCTION relinsights.activities(relinsights.interaction_summary) IS 'number of completed activities of every kind and direction; 1 or more, NULL for NULL';

CREATE FUNCTION relinsights.activities_by(relinsights.interaction_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_activities_by';
COMMENT ON FUNCTION relinsights.activities_by(relinsights.interaction_summary, relinsights.party_side) IS 'number of completed activities that the side started; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.interaction_count(relinsights.interaction_summary, relinsights.activity_kind, relinsights.activity_direction) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_count';
COMMENT ON FUNCTION relinsights.interaction_count(relinsights.interaction_summary, relinsights.activity_kind, relinsights.activity_direction) IS 'number of completed activities of one kind and direction; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.first_interaction_at(relinsights.interaction_summary) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_first_interaction_at';
COMMENT ON FUNCTION relinsights.first_interaction_at(relinsights.interaction_summary) IS 'time of the earliest completed activity; NULL for NULL';

CREATE FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_last_interaction_at';
COMMENT ON FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary) IS 'time of the latest completed activity; NULL for NULL';

CREATE FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary, relinsights.party_side) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_last_interaction_at_by';
COMMENT ON FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary, relinsights.party_side) IS 'time of the latest completed activity that the side started; NULL if it started none';

CREATE FUNCTION relinsights.email_ratio(relinsights.interaction_summary, relinsights.party_side) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_email_ratio';
COMMENT ON FUNCTION relinsights.email_ratio(relinsights.interaction_summary, relinsights.party_side) IS 'us: e-mails sent / received; them: received / sent (reciprocals, not shares); NULL where the denominator is 0';

CREATE FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_time_spent';
COMMENT ON FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side) IS 'time the side spent: e-mails 5 min to write and 2.5 min to read, meetings their duration (for us times team_size), calls their duration, tasks and others their duration for who started them; hours, never days; NULL for NULL';

CREATE FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side, write interval, read interval) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_time_spent_with';
COMMENT ON FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side, interval, interval) IS 'time the side spent, with the time it takes to write and to read an e-mail; error if negative or with months; hours, never days; NULL for NULL';

CREATE FUNCTION relinsights.face_time(relinsights.interaction_summary) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_face_time';
COMMENT ON FUNCTION relinsights.face_time(relinsights.interaction_summary) IS 'duration of meetings and phone calls, each once, whoever started them and however many took part; hours, never days; NULL for NULL';
-- Responses: who answers, how often and how fast (SPEC 3.4; the rules are in src/core/families/response_turns.h).

CREATE TYPE relinsights.response_summary;

CREATE FUNCTION relinsights.response_summary_in(cstring) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_in';
COMMENT ON FUNCTION relinsights.response_summary_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.response_summary_out(relinsights.response_summary) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_out';
COMMENT ON FUNCTION relinsights.response_summary_out(relinsights.response_summary) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.response_summary_recv(internal) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_recv';
COMMENT ON FUNCTION relinsights.response_summary_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.response_summary_send(relinsights.response_summary) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_send';
COMMENT ON FUNCTION relinsights.response_summary_send(relinsights.response_summary) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.response_summary (
    INPUT = relinsights.response_summary_in, OUTPUT = relinsights.response_summary_out,
    RECEIVE = relinsights.response_summary_recv, SEND = relinsights.response_summary_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.response_summary IS 'how often and how fast each side answered e-mails, and what still awaits an answer; made by response_agg, merged by rollup, read by accessors such as response_rate and median_response_time; below 16 kB however many e-mails';

CREATE CAST (relinsights.response_summary AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.response_summary AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.response_summary_eq(relinsights.response_summary, relinsights.response_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.response_summary_eq(relinsights.response_summary, relinsights.response_summary) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.response_summary_ne(relinsights.response_summary, relinsights.response_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.response_summary_ne(relinsights.response_summary, relinsights.response_summary) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.response_summary, RIGHTARG = relinsights.response_summary, FUNCTION = relinsights.response_summary_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.response_summary, relinsights.response_summary) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.response_summary, RIGHTARG = relinsights.response_summary, FUNCTION = relinsights.response_summary_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.response_summary, relinsights.response_summary) IS 'not equal';

CREATE FUNCTION relinsights.response_summary_hash(relinsights.response_summary) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.response_summary_hash(relinsights.response_summary) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.response_summary_hash_extended(relinsights.response_summary, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.response_summary_hash_extended(relinsights.response_summary, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.response_summary_hash_ops DEFAULT FOR TYPE relinsights.response_summary USING hash AS
    OPERATOR 1 relinsights.= (relinsights.response_summary, relinsights.response_summary),
    FUNCTION 1 relinsights.response_summary_hash(relinsights.response_summary),
    FUNCTION 2 relinsights.response_summary_hash_extended(relinsights.response_summary, bigint);
COMMENT ON OPERATOR CLASS relinsights.response_summary_hash_ops USING hash IS 'hashing of response_summary by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.response_summary_hash_ops USING hash IS 'hashing of response_summary by its bytes';

CREATE FUNCTION relinsights.response_summary_rollup_merge(relinsights.response_summary, relinsights.response_summary) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_rollup_merge';
COMMENT ON FUNCTION relinsights.response_summary_rollup_merge(relinsights.response_summary, relinsights.response_summary) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.response_summary_rollup_final(relinsights.response_summary) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_rollup_final';
COMMENT ON FUNCTION relinsights.response_summary_rollup_final(relinsights.response_summary) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz) IS 'part of response_agg: adds one e-mail of a bigint thread';

CREATE FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz) IS 'part of response_agg: adds one e-mail of a uuid thread';

CREATE FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_text';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz) IS 'part of response_agg: adds one e-mail of a text thread';

CREATE FUNCTION relinsights.response_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_combine';
COMMENT ON FUNCTION relinsights.response_agg_combine(internal, internal) IS 'part of response_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.response_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_serialize';
COMMENT ON FUNCTION relinsights.response_agg_serialize(internal) IS 'part of response_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.response_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_deserialize';
COMMENT ON FUNCTION relinsights.response_agg_deserialize(bytea, internal) IS 'part of response_agg: takes a worker''s state';

CREATE FUNCTION relinsights.response_agg_final(internal) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_final';
COMMENT ON FUNCTION relinsights.response_agg_final(internal) IS 'part of response_agg: finishes the state';

CREATE AGGREGATE relinsights.response_agg(thread bigint, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize, DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(bigint, relinsights.activity_direction, timestamptz) IS 'response_summary of e-mails in elapsed time: one row per completed e-mail no machine wrote, in any order; NULL direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.response_agg(thread uuid, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize, DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(uuid, relinsights.activity_direction, timestamptz) IS 'response_summary of e-mails in elapsed time: one row per completed e-mail no machine wrote, in any order; NULL direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error; threads are told apart by a 64-bit hash: among a million threads of one group the odds of a collision are 1 to 37 million';

CREATE AGGREGATE relinsights.response_agg(thread text, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize, DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(text, relinsights.activity_direction, timestamptz) IS 'response_summary of e-mails in elapsed time: one row per completed e-mail no machine wrote, in any order; NULL direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error; threads are told apart by a 64-bit hash: among a million threads of one group the odds of a collision are 1 to 37 million';

CREATE AGGREGATE relinsights.rollup(relinsights.response_summary) (
    SFUNC = relinsights.response_summary_rollup_merge, STYPE = relinsights.response_summary, SSPACE = 2048, FINALFUNC = relinsights.response_summary_rollup_final,
    COMBINEFUNC = relinsights.response_summary_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.response_summary) IS 'merges response summaries; exact if no thread is in two of them, as different records'' usually are not; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.responses(relinsights.response_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_responses';
COMMENT ON FUNCTION relinsights.responses(relinsights.response_summary, relinsights.party_side) IS 'number of turns the side answered; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.awaiting(relinsights.response_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_awaiting';
COMMENT ON FUNCTION relinsights.awaiting(relinsights.response_summary, relinsights.party_side) IS 'number of turns the side has not answered (each thread''s last turn awaits the other side); 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.response_rate(relinsights.response_summary, relinsights.party_side) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_response_rate';
COMMENT ON FUNCTION relinsights.response_rate(relinsights.response_summary, relinsights.party_side) IS 'responses / (responses + awaiting) of the side, 0..1; NULL where both are 0';

CREATE FUNCTION relinsights.avg_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_avg_response_time';
COMMENT ON FUNCTION relinsights.avg_response_time(relinsights.response_summary, relinsights.party_side) IS 'mean time from the first e-mail of a turn to the side''s answer, exact to the microsecond; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.median_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_median_response_time';
COMMENT ON FUNCTION relinsights.median_response_time(relinsights.response_summary, relinsights.party_side) IS 'median time from the first e-mail of a turn to the side''s answer; exact up to 64 responses of the side (as percentile_cont), within 1 % beyond; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.response_time_percentile(relinsights.response_summary, relinsights.party_side, p double precision) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_response_time_percentile';
COMMENT ON FUNCTION relinsights.response_time_percentile(relinsights.response_summary, relinsights.party_side, double precision) IS 'response time below which the share p of the side''s responses lies; exact up to 64 responses of the side (as percentile_cont), within 1 % beyond; error unless 0 <= p <= 1; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.min_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_min_response_time';
COMMENT ON FUNCTION relinsights.min_response_time(relinsights.response_summary, relinsights.party_side) IS 'shortest response time of the side, exact; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.max_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_max_response_time';
COMMENT ON FUNCTION relinsights.max_response_time(relinsights.response_summary, relinsights.party_side) IS 'longest response time of the side, exact; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.oldest_awaiting_since(relinsights.response_summary, relinsights.party_side) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_oldest_awaiting_since';
COMMENT ON FUNCTION relinsights.oldest_awaiting_since(relinsights.response_summary, relinsights.party_side) IS 'since when the oldest turn that the side has not answered waits; NULL if none waits';

CREATE FUNCTION relinsights.answered_within(relinsights.response_summary, relinsights.party_side, within interval) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_answered_within';
COMMENT ON FUNCTION relinsights.answered_within(relinsights.response_summary, relinsights.party_side, interval) IS 'share (0..1) of the side''s responses that took at most so long; beyond 64 responses the threshold is met within 1 %; error if negative or with months; NULL without responses';

CREATE FUNCTION relinsights.unthreaded(relinsights.response_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_unthreaded';
COMMENT ON FUNCTION relinsights.unthreaded(relinsights.response_summary) IS 'number of e-mails whose thread is NULL: they can neither answer nor be answered and count nowhere else; 0 or more, NULL for NULL';
-- Working time: calendars of opening hours, time between two instants, responses measured in it (SPEC 3.4, last paragraph; the
-- rules are in src/core/families/working_calendar.h).

CREATE TYPE relinsights.working_calendar;

CREATE FUNCTION relinsights.working_calendar_in(cstring) RETURNS relinsights.working_calendar
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'working_calendar_in';
COMMENT ON FUNCTION relinsights.working_calendar_in(cstring) IS 'text input: JSON; unknown members, days, zones, bad times and dates, a day named twice and a week without any opening are errors';

CREATE FUNCTION relinsights.working_calendar_out(relinsights.working_calendar) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'working_calendar_out';
COMMENT ON FUNCTION relinsights.working_calendar_out(relinsights.working_calendar) IS 'text output: canonical JSON, days one by one, openings merged and cut at midnight';

CREATE FUNCTION relinsights.working_calendar_recv(internal) RETURNS relinsights.working_calendar
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'working_calendar_recv';
COMMENT ON FUNCTION relinsights.working_calendar_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version, and time zones this server does not know';

CREATE FUNCTION relinsights.working_calendar_send(relinsights.working_calendar) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'working_calendar_send';
COMMENT ON FUNCTION relinsights.working_calendar_send(relinsights.working_calendar) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.working_calendar (
    INPUT = relinsights.working_calendar_in, OUTPUT = relinsights.working_calendar_out,
    RECEIVE = relinsights.working_calendar_recv, SEND = relinsights.working_calendar_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.working_calendar IS 'when people work: {"time_zone":"Asia/Seoul","open":{"mon-fri":["09:00-18:00"]},"holidays":["2026-01-01"]}; used by working_time and response_agg. time_zone: a name of pg_timezone_names; open: hours per weekday (mon..sun) or range of days, minutes from 00:00 to 24:00, at least one opening, overlaps and touching hours merge, 22:00-06:00 runs past midnight; holidays: dates of 1900 to 2199, each removes its own local date from 00:00 to 24:00; written canonically, so calendars open at the same times in the same zone are equal';

CREATE CAST (relinsights.working_calendar AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.working_calendar AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE CAST (jsonb AS relinsights.working_calendar) WITH INOUT;
COMMENT ON CAST (jsonb AS relinsights.working_calendar) IS 'a calendar built by jsonb functions, from a table of holidays say';

CREATE FUNCTION relinsights.working_calendar_eq(relinsights.working_calendar, relinsights.working_calendar) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.working_calendar_eq(relinsights.working_calendar, relinsights.working_calendar) IS 'equal: the same time zone, opening hours and holidays';

CREATE FUNCTION relinsights.working_calendar_ne(relinsights.working_calendar, relinsights.working_calendar) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.working_calendar_ne(relinsights.working_calendar, relinsights.working_calendar) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.working_calendar, RIGHTARG = relinsights.working_calendar, FUNCTION = relinsights.working_calendar_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.working_calendar, relinsights.working_calendar) IS 'equal: the same time zone, opening hours and holidays (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.working_calendar, RIGHTARG = relinsights.working_calendar, FUNCTION = relinsights.working_calendar_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.working_calendar, relinsights.working_calendar) IS 'not equal';

CREATE FUNCTION relinsights.working_calendar_hash(relinsights.working_calendar) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.working_calendar_hash(relinsights.working_calendar) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.working_calendar_hash_extended(relinsights.working_calendar, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.working_calendar_hash_extended(relinsights.working_calendar, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.working_calendar_hash_ops DEFAULT FOR TYPE relinsights.working_calendar USING hash AS
    OPERATOR 1 relinsights.= (relinsights.working_calendar, relinsights.working_calendar),
    FUNCTION 1 relinsights.working_calendar_hash(relinsights.working_calendar),
    FUNCTION 2 relinsights.working_calendar_hash_extended(relinsights.working_calendar, bigint);
COMMENT ON OPERATOR CLASS relinsights.working_calendar_hash_ops USING hash IS 'hashing of working_calendar by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.working_calendar_hash_ops USING hash IS 'hashing of working_calendar by its bytes';

CREATE FUNCTION relinsights.working_time(calendar relinsights.working_calendar, "from" timestamptz, "to" timestamptz) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'working_time';
COMMENT ON FUNCTION relinsights.working_time(relinsights.working_calendar, timestamptz, timestamptz) IS 'time within the calendar''s opening hours between two instants, exact to the microsecond, as hours, never days; additive over any split; daylight saving days have their true length; negative if "to" is before "from"; infinite times are an error; NULL for NULL; its cost does not depend on the span';

CREATE FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz, relinsights.working_calendar) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz, relinsights.working_calendar) IS 'part of response_agg: adds one e-mail of a bigint thread, to be measured in working time';

CREATE FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz, relinsights.working_calendar) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz, relinsights.working_calendar) IS 'part of response_agg: adds one e-mail of a uuid thread, to be measured in working time';

CREATE FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz, relinsights.working_calendar) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_text';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz, relinsights.working_calendar) IS 'part of response_agg: adds one e-mail of a text thread, to be measured in working time';

CREATE FUNCTION relinsights.response_agg_working_time_final(internal) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_working_time_final';
COMMENT ON FUNCTION relinsights.response_agg_working_time_final(internal) IS 'part of response_agg: finishes the state in working time';

CREATE AGGREGATE relinsights.response_agg(thread bigint, direction relinsights.activity_direction, occurred_at timestamptz, calendar relinsights.working_calendar) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = relinsights.response_agg_working_time_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize, DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(bigint, relinsights.activity_direction, timestamptz, relinsights.working_calendar) IS 'response_summary of e-mails in working time: the responses of response_agg(thread, direction, occurred_at), each as long as working_time of the calendar says (0 if wholly outside opening hours); one calendar per group: a second one or NULL is an error; rollup merges it with summaries in working time only; NULL direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.response_agg(thread uuid, direction relinsights.activity_direction, occurred_at timestamptz, calendar relinsights.working_calendar) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = relinsights.response_agg_working_time_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize, DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(uuid, relinsights.activity_direction, timestamptz, relinsights.working_calendar) IS 'response_summary of e-mails in working time: the responses of response_agg(thread, direction, occurred_at), each as long as working_time of the calendar says (0 if wholly outside opening hours); one calendar per group: a second one or NULL is an error; rollup merges it with summaries in working time only; NULL direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error; threads are told apart by a 64-bit hash: among a million threads of one group the odds of a collision are 1 to 37 million';

CREATE AGGREGATE relinsights.response_agg(thread text, direction relinsights.activity_direction, occurred_at timestamptz, calendar relinsights.working_calendar) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = relinsights.response_agg_working_time_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize, DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(text, relinsights.activity_direction, timestamptz, relinsights.working_calendar) IS 'response_summary of e-mails in working time: the responses of response_agg(thread, direction, occurred_at), each as long as working_time of the calendar says (0 if wholly outside opening hours); one calendar per group: a second one or NULL is an error; rollup merges it with summaries in working time only; NULL direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error; threads are told apart by a 64-bit hash: among a million threads of one group the odds of a collision are 1 to 37 million';
-- Timelines: what happened on which day (SPEC 3.5; the rules are in src/core/families/activity_timeline.h).

CREATE TYPE relinsights.activity_timeline;

CREATE FUNCTION relinsights.activity_timeline_in(cstring) RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_in';
COMMENT ON FUNCTION relinsights.activity_timeline_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.activity_timeline_out(relinsights.activity_timeline) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_out';
COMMENT ON FUNCTION relinsights.activity_timeline_out(relinsights.activity_timeline) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.activity_timeline_recv(internal) RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_recv';
COMMENT ON FUNCTION relinsights.activity_timeline_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.activity_timeline_send(relinsights.activity_timeline) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_send';
COMMENT ON FUNCTION relinsights.activity_timeline_send(relinsights.activity_timeline) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.activity_timeline (
    INPUT = relinsights.activity_timeline_in, OUTPUT = relinsights.activity_timeline_out,
    RECEIVE = relinsights.activity_timeline_recv, SEND = relinsights.activity_timeline_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.activity_timeline IS 'how many activities of each kind and direction there were on each day, and the sum of their sentiments; made by timeline_agg, merged by rollup, shown by timeline, timeline_weekly and sparkline, read by relationship_health; 3 or 4 bytes for each day with activities, exact';

CREATE CAST (relinsights.activity_timeline AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.activity_timeline AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.activity_timeline_eq(relinsights.activity_timeline, relinsights.activity_timeline) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.activity_timeline_eq(relinsights.activity_timeline, relinsights.activity_timeline) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.activity_timeline_ne(relinsights.activity_timeline, relinsights.activity_timeline) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.activity_timeline_ne(relinsights.activity_timeline, relinsights.activity_timeline) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.activity_timeline, RIGHTARG = relinsights.activity_timeline, FUNCTION = relinsights.activity_timeline_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.activity_timeline, relinsights.activity_timeline) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.activity_timeline, RIGHTARG = relinsights.activity_timeline, FUNCTION = relinsights.activity_timeline_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.activity_timeline, relinsights.activity_timeline) IS 'not equal';

CREATE FUNCTION relinsights.activity_timeline_hash(relinsights.activity_timeline) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.activity_timeline_hash(relinsights.activity_timeline) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.activity_timeline_hash_extended(relinsights.activity_timeline, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.activity_timeline_hash_extended(relinsights.activity_timeline, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.activity_timeline_hash_ops DEFAULT FOR TYPE relinsights.activity_timeline USING hash AS
    OPERATOR 1 relinsights.= (relinsights.activity_timeline, relinsights.activity_timeline),
    FUNCTION 1 relinsights.activity_timeline_hash(relinsights.activity_timeline),
    FUNCTION 2 relinsights.activity_timeline_hash_extended(relinsights.activity_timeline, bigint);
COMMENT ON OPERATOR CLASS relinsights.activity_timeline_hash_ops USING hash IS 'hashing of activity_timeline by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.activity_timeline_hash_ops USING hash IS 'hashing of activity_timeline by its bytes';

CREATE FUNCTION relinsights.activity_timeline_rollup_merge(relinsights.activity_timeline, relinsights.activity_timeline) RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_rollup_merge';
COMMENT ON FUNCTION relinsights.activity_timeline_rollup_merge(relinsights.activity_timeline, relinsights.activity_timeline) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.activity_timeline_rollup_final(relinsights.activity_timeline) RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_rollup_final';
COMMENT ON FUNCTION relinsights.activity_timeline_rollup_final(relinsights.activity_timeline) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, date) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_transition';
COMMENT ON FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, date) IS 'part of timeline_agg: adds one activity';

CREATE FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, date, double precision) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_transition';
COMMENT ON FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, date, double precision) IS 'part of timeline_agg: adds one activity';

CREATE FUNCTION relinsights.timeline_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_combine';
COMMENT ON FUNCTION relinsights.timeline_agg_combine(internal, internal) IS 'part of timeline_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.timeline_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_serialize';
COMMENT ON FUNCTION relinsights.timeline_agg_serialize(internal) IS 'part of timeline_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.timeline_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_deserialize';
COMMENT ON FUNCTION relinsights.timeline_agg_deserialize(bytea, internal) IS 'part of timeline_agg: takes a worker''s state';

CREATE FUNCTION relinsights.timeline_agg_final(internal) RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_final';
COMMENT ON FUNCTION relinsights.timeline_agg_final(internal) IS 'part of timeline_agg: finishes the state';

CREATE AGGREGATE relinsights.timeline_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, day date, sentiment double precision) (
    SFUNC = relinsights.timeline_agg_transition, STYPE = internal, SSPACE = 512, FINALFUNC = relinsights.timeline_agg_final,
    COMBINEFUNC = relinsights.timeline_agg_combine, SERIALFUNC = relinsights.timeline_agg_serialize, DESERIALFUNC = relinsights.timeline_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.timeline_agg(relinsights.activity_kind, relinsights.activity_direction, date, double precision) IS 'activity_timeline of activities: one row per completed activity, in any order; day: its date in the time zone of the caller''s choice; rows with NULL kind, direction or day are ignored; NULL for no rows; infinite days are an error; sentiment: -1 (worst) to 1 (best), kept to four decimals (halves away from zero), NULL counts 0, NaN or beyond is an error';

CREATE AGGREGATE relinsights.timeline_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, day date) (
    SFUNC = relinsights.timeline_agg_transition, STYPE = internal, SSPACE = 512, FINALFUNC = relinsights.timeline_agg_final,
    COMBINEFUNC = relinsights.timeline_agg_combine, SERIALFUNC = relinsights.timeline_agg_serialize, DESERIALFUNC = relinsights.timeline_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.timeline_agg(relinsights.activity_kind, relinsights.activity_direction, date) IS 'activity_timeline of activities: one row per completed activity, in any order; day: its date in the time zone of the caller''s choice; rows with NULL kind, direction or day are ignored; NULL for no rows; infinite days are an error; without sentiments';

CREATE AGGREGATE relinsights.rollup(relinsights.activity_timeline) (
    SFUNC = relinsights.activity_timeline_rollup_merge, STYPE = relinsights.activity_timeline, SSPACE = 2048, FINALFUNC = relinsights.activity_timeline_rollup_final,
    COMBINEFUNC = relinsights.activity_timeline_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.activity_timeline) IS 'merges timelines of disjoint activities, exactly; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.timeline(summary relinsights.activity_timeline, until date, days integer DEFAULT 60)
    RETURNS TABLE (day date, emails_sent bigint, emails_received bigint, meetings_sent bigint, meetings_received bigint, calls_made bigint, calls_received bigint)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 60 AS 'MODULE_PATHNAME', 'timeline_days';
COMMENT ON FUNCTION relinsights.timeline(relinsights.activity_timeline, date, integer) IS 'the six series of completed e-mails, meetings and calls, one row per day up to and including until, zero where nothing happened, oldest first; tasks and other activities are not shown; error for an infinite until or days outside 1..100000; no rows for NULL';

CREATE FUNCTION relinsights.timeline_weekly(summary relinsights.activity_timeline, until date, weeks integer DEFAULT 9)
    RETURNS TABLE (day date, emails_sent bigint, emails_received bigint, meetings_sent bigint, meetings_received bigint, calls_made bigint, calls_received bigint)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 9 AS 'MODULE_PATHNAME', 'timeline_weeks';
COMMENT ON FUNCTION relinsights.timeline_weekly(relinsights.activity_timeline, date, integer) IS 'the six series of completed e-mails, meetings and calls, one row per ISO week, day being its Monday, zero where nothing happened, oldest first; the last week is the one of until, without what comes after until; error for an infinite until or weeks outside 1..10000; no rows for NULL';

CREATE FUNCTION relinsights.sparkline(summary relinsights.activity_timeline, until date, days integer DEFAULT 60) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_sparkline';
COMMENT ON FUNCTION relinsights.sparkline(relinsights.activity_timeline, date, integer) IS 'what timeline shows, as text: one block character per day, oldest first, the lowest for a day without e-mails, meetings and calls, seven more in proportion to the busiest day shown; in a database whose encoding is not UTF8 the characters _ . : - = + * # instead; error for an infinite until or days outside 1..100000; NULL for NULL';
-- Relationship health (SPEC 3.7; the rules are in src/core/families/relationship_health.h, their derivation in docs/health.md).

CREATE TYPE relinsights.health_weights AS (email integer, meeting integer, phone_call integer, task integer, other integer);
COMMENT ON TYPE relinsights.health_weights IS 'how much an activity of each kind counts in relationship_health: 3 (half) to 9 (one and a half), 6 is neutral';
COMMENT ON COLUMN relinsights.health_weights.email IS 'weight of an email: 3..9, 6 is neutral';
COMMENT ON COLUMN relinsights.health_weights.meeting IS 'weight of a meeting: 3..9, 6 is neutral';
COMMENT ON COLUMN relinsights.health_weights.phone_call IS 'weight of a phone call: 3..9, 6 is neutral';
COMMENT ON COLUMN relinsights.health_weights.task IS 'weight of a task: 3..9, 6 is neutral';
COMMENT ON COLUMN relinsights.health_weights.other IS 'weight of an other activity: 3..9, 6 is neutral';

CREATE FUNCTION relinsights.relationship_health(
    timeline relinsights.activity_timeline, as_of date, frequency text DEFAULT 'weekly',
    weights relinsights.health_weights DEFAULT ROW(6, 6, 6, 6, 6)::relinsights.health_weights,
    good integer DEFAULT 60, fair integer DEFAULT 40,
    OUT score integer, OUT grade text, OUT trend text, OUT state text,
    OUT activity double precision, OUT recency double precision, OUT engagement double precision)
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'relationship_health';
COMMENT ON FUNCTION relinsights.relationship_health(relinsights.activity_timeline, date, text, relinsights.health_weights, integer, integer) IS 'health of a relationship as of a day (later activities do not matter): score = round(100 * (1 - exp(-activity * recency * engagement / 1.5))), 0..100; grade: good from the threshold good on, fair from fair on, else poor (0 <= fair < good <= 100); trend: improving or declining if the score moved by 5 since max(4 gaps, 14 days) earlier, else steady; state: ok, or not_enough_info with all else NULL if there are fewer than 2 activities up to the day or the timeline is NULL; activity (> 0): weighted activities as remembered on the day of the last one, half being forgotten every 1.5 gaps; recency (0..1): what silence since then has left of it; engagement (0.6..1): 0.6 + 0.8 * min(0.5, inbound share); frequency names the expected gap between activities: daily 1 day, few_days 3, weekly 7, biweekly 14, monthly 30; error for an infinite as_of, an unknown frequency, weights outside 3..9, thresholds out of order, or NULL in any of them; NULL as_of: NULL; the formula is derived in docs/health.md';
-- Contacts: who takes part, how often and when last (SPEC 3.6; the rules are in src/core/families/contact_summary.h).

CREATE TYPE relinsights.contact_summary;

CREATE FUNCTION relinsights.contact_summary_in(cstring) RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_in';
COMMENT ON FUNCTION relinsights.contact_summary_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.contact_summary_out(relinsights.contact_summary) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_out';
COMMENT ON FUNCTION relinsights.contact_summary_out(relinsights.contact_summary) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.contact_summary_recv(internal) RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_recv';
COMMENT ON FUNCTION relinsights.contact_summary_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.contact_summary_send(relinsights.contact_summary) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_send';
COMMENT ON FUNCTION relinsights.contact_summary_send(relinsights.contact_summary) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.contact_summary (
    INPUT = relinsights.contact_summary_in, OUTPUT = relinsights.contact_summary_out,
    RECEIVE = relinsights.contact_summary_recv, SEND = relinsights.contact_summary_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.contact_summary IS 'for every party of a group its numbers of activities by kind and by who initiated them, and its last one; made by contact_agg, merged by rollup, read by top_contacts, contacts and engaged_contacts; exact; about 13 bytes and its text per party';

CREATE CAST (relinsights.contact_summary AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.contact_summary AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.contact_summary_eq(relinsights.contact_summary, relinsights.contact_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.contact_summary_eq(relinsights.contact_summary, relinsights.contact_summary) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.contact_summary_ne(relinsights.contact_summary, relinsights.contact_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.contact_summary_ne(relinsights.contact_summary, relinsights.contact_summary) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.contact_summary, RIGHTARG = relinsights.contact_summary, FUNCTION = relinsights.contact_summary_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.contact_summary, relinsights.contact_summary) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.contact_summary, RIGHTARG = relinsights.contact_summary, FUNCTION = relinsights.contact_summary_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.contact_summary, relinsights.contact_summary) IS 'not equal';

CREATE FUNCTION relinsights.contact_summary_hash(relinsights.contact_summary) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.contact_summary_hash(relinsights.contact_summary) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.contact_summary_hash_extended(relinsights.contact_summary, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.contact_summary_hash_extended(relinsights.contact_summary, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.contact_summary_hash_ops DEFAULT FOR TYPE relinsights.contact_summary USING hash AS
    OPERATOR 1 relinsights.= (relinsights.contact_summary, relinsights.contact_summary),
    FUNCTION 1 relinsights.contact_summary_hash(relinsights.contact_summary),
    FUNCTION 2 relinsights.contact_summary_hash_extended(relinsights.contact_summary, bigint);
COMMENT ON OPERATOR CLASS relinsights.contact_summary_hash_ops USING hash IS 'hashing of contact_summary by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.contact_summary_hash_ops USING hash IS 'hashing of contact_summary by its bytes';

CREATE FUNCTION relinsights.contact_summary_rollup_merge(relinsights.contact_summary, relinsights.contact_summary) RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_rollup_merge';
COMMENT ON FUNCTION relinsights.contact_summary_rollup_merge(relinsights.contact_summary, relinsights.contact_summary) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.contact_summary_rollup_final(relinsights.contact_summary) RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_rollup_final';
COMMENT ON FUNCTION relinsights.contact_summary_rollup_final(relinsights.contact_summary) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.contact_agg_transition(internal, bigint, relinsights.activity_kind, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, bigint, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of a bigint party';

CREATE FUNCTION relinsights.contact_agg_transition(internal, uuid, relinsights.activity_kind, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, uuid, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of a uuid party';

CREATE FUNCTION relinsights.contact_agg_transition(internal, text, relinsights.activity_kind, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_text';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, text, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of a text party';

CREATE FUNCTION relinsights.contact_agg_transition(internal, text[], relinsights.activity_kind, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_text_array';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, text[], relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of parties';

CREATE FUNCTION relinsights.contact_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_combine';
COMMENT ON FUNCTION relinsights.contact_agg_combine(internal, internal) IS 'part of contact_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.contact_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_serialize';
COMMENT ON FUNCTION relinsights.contact_agg_serialize(internal) IS 'part of contact_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.contact_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_deserialize';
COMMENT ON FUNCTION relinsights.contact_agg_deserialize(bytea, internal) IS 'part of contact_agg: takes a worker''s state';

CREATE FUNCTION relinsights.contact_agg_final(internal) RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_final';
COMMENT ON FUNCTION relinsights.contact_agg_final(internal) IS 'part of contact_agg: finishes the state';

CREATE AGGREGATE relinsights.contact_agg(party bigint, kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280, FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize, DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(bigint, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'contact_summary: one row per party and completed activity; a party is its text, so equal ids of any type are the same party; rows with NULL party, kind, direction or time are ignored; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.contact_agg(party uuid, kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280, FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize, DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(uuid, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'contact_summary: one row per party and completed activity; a party is its text, so equal ids of any type are the same party; rows with NULL party, kind, direction or time are ignored; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.contact_agg(party text, kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280, FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize, DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(text, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'contact_summary: one row per party and completed activity; a party is its text, so equal ids of any type are the same party; rows with NULL party, kind, direction or time are ignored; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.contact_agg(party text[], kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280, FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize, DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(text[], relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'contact_summary of everyone of one side in each activity: one row per completed activity; a party named twice in one array counts once, NULL elements are ignored, an array without parties is ignored; rows with NULL party, kind, direction or time are ignored; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.rollup(relinsights.contact_summary) (
    SFUNC = relinsights.contact_summary_rollup_merge, STYPE = relinsights.contact_summary, SSPACE = 2048, FINALFUNC = relinsights.contact_summary_rollup_final,
    COMBINEFUNC = relinsights.contact_summary_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.contact_summary) IS 'merges contact summaries of disjoint activities, exactly: a party of several of them is one party; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.contacts(relinsights.contact_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_contacts';
COMMENT ON FUNCTION relinsights.contacts(relinsights.contact_summary) IS 'number of parties with at least one completed activity; 1 or more, NULL for NULL';

CREATE FUNCTION relinsights.engaged_contacts(relinsights.contact_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_engaged_contacts';
COMMENT ON FUNCTION relinsights.engaged_contacts(relinsights.contact_summary) IS 'number of parties with at least one inbound activity, that is one their side started (multi-threading); 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.top_contacts(summary relinsights.contact_summary, n integer DEFAULT 3)
    RETURNS TABLE (rank integer, party text, interactions bigint, emails bigint, meetings bigint, phone_calls bigint,
                   initiated_by_us bigint, initiated_by_them bigint, last_interaction_at timestamptz)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 3 AS 'MODULE_PATHNAME', 'contact_top_contacts';
COMMENT ON FUNCTION relinsights.top_contacts(relinsights.contact_summary, integer) IS 'the n parties with the most interactions (e-mails, meetings, calls, tasks and others), one row each, rank from 1; order: interactions descending, last interaction descending, party (C collation); all of them where there are fewer; no rows for n = 0 and for NULL; error if n is negative';
-- E-mail engagement: what became of the followed e-mails (SPEC 3.8; the rules are in src/core/families/engagement_summary.h).

CREATE TYPE relinsights.engagement_summary;

CREATE FUNCTION relinsights.engagement_summary_in(cstring) RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_in';
COMMENT ON FUNCTION relinsights.engagement_summary_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.engagement_summary_out(relinsights.engagement_summary) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_out';
COMMENT ON FUNCTION relinsights.engagement_summary_out(relinsights.engagement_summary) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.engagement_summary_recv(internal) RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_recv';
COMMENT ON FUNCTION relinsights.engagement_summary_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.engagement_summary_send(relinsights.engagement_summary) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_send';
COMMENT ON FUNCTION relinsights.engagement_summary_send(relinsights.engagement_summary) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.engagement_summary (
    INPUT = relinsights.engagement_summary_in, OUTPUT = relinsights.engagement_summary_out,
    RECEIVE = relinsights.engagement_summary_recv, SEND = relinsights.engagement_summary_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.engagement_summary IS 'how many e-mails were followed, how often each thing happened to them (opens, link clicks, attachment views, replies) and to how many of them; made by engagement_agg, merged by rollup, read by accessors such as open_rate; fixed in size (tens of bytes), exact';

CREATE CAST (relinsights.engagement_summary AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.engagement_summary AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.engagement_summary_eq(relinsights.engagement_summary, relinsights.engagement_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.engagement_summary_eq(relinsights.engagement_summary, relinsights.engagement_summary) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.engagement_summary_ne(relinsights.engagement_summary, relinsights.engagement_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.engagement_summary_ne(relinsights.engagement_summary, relinsights.engagement_summary) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.engagement_summary, RIGHTARG = relinsights.engagement_summary, FUNCTION = relinsights.engagement_summary_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.engagement_summary, relinsights.engagement_summary) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.engagement_summary, RIGHTARG = relinsights.engagement_summary, FUNCTION = relinsights.engagement_summary_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.engagement_summary, relinsights.engagement_summary) IS 'not equal';

CREATE FUNCTION relinsights.engagement_summary_hash(relinsights.engagement_summary) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.engagement_summary_hash(relinsights.engagement_summary) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.engagement_summary_hash_extended(relinsights.engagement_summary, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.engagement_summary_hash_extended(relinsights.engagement_summary, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.engagement_summary_hash_ops DEFAULT FOR TYPE relinsights.engagement_summary USING hash AS
    OPERATOR 1 relinsights.= (relinsights.engagement_summary, relinsights.engagement_summary),
    FUNCTION 1 relinsights.engagement_summary_hash(relinsights.engagement_summary),
    FUNCTION 2 relinsights.engagement_summary_hash_extended(relinsights.engagement_summary, bigint);
COMMENT ON OPERATOR CLASS relinsights.engagement_summary_hash_ops USING hash IS 'hashing of engagement_summary by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.engagement_summary_hash_ops USING hash IS 'hashing of engagement_summary by its bytes';

CREATE FUNCTION relinsights.engagement_summary_rollup_merge(relinsights.engagement_summary, relinsights.engagement_summary) RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_rollup_merge';
COMMENT ON FUNCTION relinsights.engagement_summary_rollup_merge(relinsights.engagement_summary, relinsights.engagement_summary) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.engagement_summary_rollup_final(relinsights.engagement_summary) RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_rollup_final';
COMMENT ON FUNCTION relinsights.engagement_summary_rollup_final(relinsights.engagement_summary) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.engagement_agg_transition(internal, integer, integer, integer, integer) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_transition';
COMMENT ON FUNCTION relinsights.engagement_agg_transition(internal, integer, integer, integer, integer) IS 'part of engagement_agg: adds one followed e-mail';

CREATE FUNCTION relinsights.engagement_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_combine';
COMMENT ON FUNCTION relinsights.engagement_agg_combine(internal, internal) IS 'part of engagement_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.engagement_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_serialize';
COMMENT ON FUNCTION relinsights.engagement_agg_serialize(internal) IS 'part of engagement_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.engagement_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_deserialize';
COMMENT ON FUNCTION relinsights.engagement_agg_deserialize(bytea, internal) IS 'part of engagement_agg: takes a worker''s state';

CREATE FUNCTION relinsights.engagement_agg_final(internal) RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_final';
COMMENT ON FUNCTION relinsights.engagement_agg_final(internal) IS 'part of engagement_agg: finishes the state';

CREATE AGGREGATE relinsights.engagement_agg(opens integer, link_clicks integer, attachment_views integer, replies integer) (
    SFUNC = relinsights.engagement_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.engagement_agg_final,
    COMBINEFUNC = relinsights.engagement_agg_combine, SERIALFUNC = relinsights.engagement_agg_serialize, DESERIALFUNC = relinsights.engagement_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.engagement_agg(integer, integer, integer, integer) IS 'engagement_summary of followed e-mails: one row per followed, completed e-mail, every row counts (use FILTER to leave out the others); NULL counts as 0, a negative number is an error; NULL for no rows';

CREATE AGGREGATE relinsights.rollup(relinsights.engagement_summary) (
    SFUNC = relinsights.engagement_summary_rollup_merge, STYPE = relinsights.engagement_summary, SSPACE = 2048, FINALFUNC = relinsights.engagement_summary_rollup_final,
    COMBINEFUNC = relinsights.engagement_summary_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.engagement_summary) IS 'merges engagement summaries of disjoint e-mails, exactly; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.followed_emails(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_followed_emails';
COMMENT ON FUNCTION relinsights.followed_emails(relinsights.engagement_summary) IS 'number of followed e-mails; 1 or more, NULL for NULL';

CREATE FUNCTION relinsights.opens(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_opens';
COMMENT ON FUNCTION relinsights.opens(relinsights.engagement_summary) IS 'how often they were opened, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.link_clicks(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_link_clicks';
COMMENT ON FUNCTION relinsights.link_clicks(relinsights.engagement_summary) IS 'how often links in them were clicked, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.attachment_views(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_attachment_views';
COMMENT ON FUNCTION relinsights.attachment_views(relinsights.engagement_summary) IS 'how often attachments of them were viewed, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.replies(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_replies';
COMMENT ON FUNCTION relinsights.replies(relinsights.engagement_summary) IS 'how often they were replied to, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.open_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_open_rate';
COMMENT ON FUNCTION relinsights.open_rate(relinsights.engagement_summary) IS 'followed e-mails opened at least once / followed e-mails, 0..1; NULL for NULL';

CREATE FUNCTION relinsights.link_click_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_link_click_rate';
COMMENT ON FUNCTION relinsights.link_click_rate(relinsights.engagement_summary) IS 'followed e-mails with a clicked link at least once / followed e-mails, 0..1; NULL for NULL';

CREATE FUNCTION relinsights.attachment_view_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_attachment_view_rate';
COMMENT ON FUNCTION relinsights.attachment_view_rate(relinsights.engagement_summary) IS 'followed e-mails with a viewed attachment at least once / followed e-mails, 0..1; NULL for NULL';

CREATE FUNCTION relinsights.reply_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_reply_rate';
COMMENT ON FUNCTION relinsights.reply_rate(relinsights.engagement_summary) IS 'followed e-mails replied to at least once / followed e-mails, 0..1; NULL for NULL';
-- The languages that a summary can be told in: whatever src/core/words/language/ holds.

CREATE FUNCTION relinsights.languages() RETURNS text[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_languages';
COMMENT ON FUNCTION relinsights.languages() IS 'codes (ISO 639-1) of the languages that summary, insights, page and a model''s record_summary know, in order';
-- What a model computes its records' KPIs by, stored and live: the people of each activity, and all summaries of a record in
-- one pass over its activities. Parts of models, not for users' queries.

CREATE FUNCTION relinsights.people_agg_transition(internal, relinsights.party_side, boolean, boolean, text, integer[]) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_transition';
COMMENT ON FUNCTION relinsights.people_agg_transition(internal, relinsights.party_side, boolean, boolean, text, integer[]) IS 'part of _people_agg: adds one participant';

CREATE FUNCTION relinsights.people_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_combine';
COMMENT ON FUNCTION relinsights.people_agg_combine(internal, internal) IS 'part of _people_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.people_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_serialize';
COMMENT ON FUNCTION relinsights.people_agg_serialize(internal) IS 'part of _people_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.people_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_deserialize';
COMMENT ON FUNCTION relinsights.people_agg_deserialize(bytea, internal) IS 'part of _people_agg: takes a worker''s state';

CREATE FUNCTION relinsights.people_agg_final(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_final';
COMMENT ON FUNCTION relinsights.people_agg_final(internal) IS 'part of _people_agg: who takes part, as bytes';

CREATE AGGREGATE relinsights._people_agg(side relinsights.party_side, blind_copy boolean, opted_out boolean, party text, records integer[]) (
    SFUNC = relinsights.people_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.people_agg_final,
    COMBINEFUNC = relinsights.people_agg_combine, SERIALFUNC = relinsights.people_agg_serialize, DESERIALFUNC = relinsights.people_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights._people_agg(relinsights.party_side, boolean, boolean, text, integer[]) IS 'part of models: who takes part in one activity, and the records that its people of theirs link it to, as bytes for the functions below; records by number, negative where someone of the record''s own people of ours must take part too. Rows with NULL side or party are ignored';

CREATE FUNCTION relinsights._people_gone(people bytea) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_gone';
COMMENT ON FUNCTION relinsights._people_gone(bytea) IS 'part of models: whether an activity is gone, having people of theirs, all of whom opted out';

CREATE FUNCTION relinsights._people_include(people bytea, parties text[]) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_include';
COMMENT ON FUNCTION relinsights._people_include(bytea, text[]) IS 'part of models: whether one of these is one of our people in an activity';

CREATE FUNCTION relinsights._people_of_theirs(people bytea) RETURNS text[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_of_theirs';
COMMENT ON FUNCTION relinsights._people_of_theirs(bytea) IS 'part of models: everyone of theirs in an activity, in blind copy too, ascending by bytes; NULL for none';

CREATE FUNCTION relinsights._people_records(people bytea, regarding integer) RETURNS SETOF integer
    LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 3 AS 'MODULE_PATHNAME', 'people_records';
COMMENT ON FUNCTION relinsights._people_records(bytea, integer) IS 'part of models: the records an activity is linked to, by number, each once; the one that it regards is positive';

CREATE FUNCTION relinsights._thread_key(thread uuid) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'thread_key_uuid';
COMMENT ON FUNCTION relinsights._thread_key(uuid) IS 'part of models: the key by which response_agg tells threads apart';

CREATE FUNCTION relinsights._thread_key(thread text) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'thread_key_text';
COMMENT ON FUNCTION relinsights._thread_key(text) IS 'part of models: the key by which response_agg tells threads apart';

CREATE TYPE relinsights._record_summaries AS (
  interactions relinsights.interaction_summary, responses relinsights.response_summary,
  timeline relinsights.activity_timeline, their_contacts relinsights.contact_summary,
  our_contacts relinsights.contact_summary, engagement relinsights.engagement_summary);
COMMENT ON TYPE relinsights._record_summaries IS 'part of models: the summaries of one record, in the order of its columns in record_kpi';

CREATE FUNCTION relinsights.record_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, date, interval, bigint, boolean, double precision, boolean, integer, integer, integer, integer, bytea, relinsights.working_calendar) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_transition';
COMMENT ON FUNCTION relinsights.record_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, date, interval, bigint, boolean, double precision, boolean, integer, integer, integer, integer, bytea, relinsights.working_calendar) IS 'part of _record_agg: adds one completed activity';

CREATE FUNCTION relinsights.record_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_combine';
COMMENT ON FUNCTION relinsights.record_agg_combine(internal, internal) IS 'part of _record_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.record_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_serialize';
COMMENT ON FUNCTION relinsights.record_agg_serialize(internal) IS 'part of _record_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.record_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_deserialize';
COMMENT ON FUNCTION relinsights.record_agg_deserialize(bytea, internal) IS 'part of _record_agg: takes a worker''s state';

CREATE FUNCTION relinsights.record_agg_final(internal) RETURNS relinsights._record_summaries
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_final';
COMMENT ON FUNCTION relinsights.record_agg_final(internal) IS 'part of _record_agg: all summaries of the record';

CREATE AGGREGATE relinsights._record_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz, day date, duration interval, thread bigint, automated boolean, sentiment double precision, followed boolean,
    opens integer, link_clicks integer, attachment_views integer, replies integer, people bytea, calendar relinsights.working_calendar) (
    SFUNC = relinsights.record_agg_transition, STYPE = internal, SSPACE = 4096, FINALFUNC = relinsights.record_agg_final,
    COMBINEFUNC = relinsights.record_agg_combine, SERIALFUNC = relinsights.record_agg_serialize, DESERIALFUNC = relinsights.record_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights._record_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz, date, interval, bigint, boolean, double precision, boolean, integer, integer, integer, integer, bytea, relinsights.working_calendar) IS 'part of models: all summaries of one record from one row per completed activity, equal to what the families'' own aggregates make of the same rows. day: in the model''s time zone; thread: see _thread_key; people: of _people_agg; calendar: NULL for elapsed time, the same in every row. Rows with NULL kind, direction, time or day are ignored';
-- Models: a schema made over a company's own tables (SPEC 5). This module says what a model reads, checks
-- what it is given, makes the model's tables, alters and drops models.

CREATE TYPE relinsights.participant_role AS ENUM
  ('from', 'to', 'cc', 'bcc', 'organizer', 'required', 'optional');
COMMENT ON TYPE relinsights.participant_role IS 'how a person takes part in an activity; bcc never counts';

CREATE TYPE relinsights.record_party_role AS ENUM ('owner', 'team', 'contact', 'stakeholder', 'primary_contact');
COMMENT ON TYPE relinsights.record_party_role IS 'why a person''s activities matter to a record';

CREATE TYPE relinsights.record_state AS ENUM
  ('open', 'won', 'lost', 'active', 'qualified', 'disqualified', 'inactive');
COMMENT ON TYPE relinsights.record_state IS 'state of a record: opportunities open, won, lost; leads active, qualified, disqualified; any inactive';

CREATE FUNCTION relinsights._activity_kind(label text) RETURNS relinsights.activity_kind
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._activity_kind(text) IS 'part of models: the cast of a text to activity_kind, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._activity_direction(label text) RETURNS relinsights.activity_direction
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._activity_direction(text) IS 'part of models: the cast of a text to activity_direction, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._activity_status(label text) RETURNS relinsights.activity_status
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._activity_status(text) IS 'part of models: the cast of a text to activity_status, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._record_type(label text) RETURNS relinsights.record_type
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._record_type(text) IS 'part of models: the cast of a text to record_type, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._party_side(label text) RETURNS relinsights.party_side
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._party_side(text) IS 'part of models: the cast of a text to party_side, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._participant_role(label text) RETURNS relinsights.participant_role
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._participant_role(text) IS 'part of models: the cast of a text to participant_role, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._record_party_role(label text) RETURNS relinsights.record_party_role
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._record_party_role(text) IS 'part of models: the cast of a text to record_party_role, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._record_state(label text) RETURNS relinsights.record_state
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._record_state(text) IS 'part of models: the cast of a text to record_state, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._source_columns(
  OUT source text, OUT ordinal int, OUT name text, OUT family text, OUT target text, OUT required boolean)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- family: label (text or an enum; target is our enum), id (bigint, uuid or text; target is the group of
  -- columns that must be of one type, NULL for none), value (target is the type it is read as).
  SELECT v.source, row_number() OVER ()::int, v.name, v.family, v.target, v.required
  FROM (VALUES
    ('activities', 'activity_id', 'id', 'activity', true),
    ('activities', 'kind', 'label', 'activity_kind', true),
    ('activities', 'direction', 'label', 'activity_direction', true),
    ('activities', 'occurred_at', 'value', 'timestamp with time zone', true),
    ('activities', 'status', 'label', 'activity_status', false),
    ('activities', 'duration', 'value', 'interval', false),
    ('activities', 'thread_id', 'id', NULL, false),
    ('activities', 'subject', 'value', 'text', false),
    ('activities', 'regarding_type', 'label', 'record_type', false),
    ('activities', 'regarding_id', 'id', 'record', false),
    ('activities', 'followed', 'value', 'boolean', false),
    ('activities', 'opens', 'value', 'integer', false),
    ('activities', 'link_clicks', 'value', 'integer', false),
    ('activities', 'attachment_views', 'value', 'integer', false),
    ('activities', 'replies', 'value', 'integer', false),
    ('activities', 'automated', 'value', 'boolean', false),
    ('activities', 'sentiment', 'value', 'double precision', false),
    ('participants', 'activity_id', 'id', 'activity', true),
    ('participants', 'side', 'label', 'party_side', true),
    ('participants', 'party_id', 'id', 'party', true),
    ('participants', 'role', 'label', 'participant_role', true),
    ('records', 'record_type', 'label', 'record_type', true),
    ('records', 'record_id', 'id', 'record', true),
    ('records', 'name', 'value', 'text', false),
    ('records', 'owner_id', 'id', NULL, false),
    ('records', 'account_id', 'id', 'record', false),
    ('records', 'state', 'label', 'record_state', false),
    ('records', 'created_at', 'value', 'timestamp with time zone', false),
    ('records', 'closed_at', 'value', 'timestamp with time zone', false),
    ('records', 'estimated_close_date', 'value', 'date', false),
    ('records', 'estimated_value', 'value', 'numeric', false),
    ('records', 'attributes', 'value', 'jsonb', false),
    ('record_parties', 'record_type', 'label', 'record_type', true),
    ('record_parties', 'record_id', 'id', 'record', true),
    ('record_parties', 'side', 'label', 'party_side', true),
    ('record_parties', 'party_id', 'id', 'party', true),
    ('record_parties', 'role', 'label', 'record_party_role', true)
  ) AS v(source, name, family, target, required);
END;
COMMENT ON FUNCTION relinsights._source_columns() IS 'part of models: the columns that a model reads, by source, with the types they may have';

CREATE FUNCTION relinsights._accepted_types(family text, target text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE
    WHEN family = 'label' THEN ARRAY['text', 'character varying']
    WHEN family = 'id' THEN ARRAY['bigint', 'uuid', 'text', 'character varying']
    WHEN target = 'text' THEN ARRAY['text', 'character varying', 'character']
    WHEN target = 'integer' THEN ARRAY['integer', 'smallint']
    WHEN target = 'double precision' THEN ARRAY['double precision', 'real', 'numeric', 'integer', 'smallint']
    WHEN target = 'numeric' THEN ARRAY['numeric', 'bigint', 'integer', 'smallint', 'double precision', 'real']
    ELSE ARRAY[target] END;
END;
COMMENT ON FUNCTION relinsights._accepted_types(text, text) IS 'part of models: names of the types that a source column of this family and target may have';

CREATE FUNCTION relinsights._described_columns(
  activities regclass, participants regclass, records regclass, record_parties regclass,
  OUT source text, OUT relation regclass, OUT ordinal int, OUT name text, OUT family text, OUT target text,
  OUT required boolean, OUT given boolean, OUT base_type oid, OUT type_name text)
RETURNS SETOF record LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT c.source, s.relation, c.ordinal, c.name, c.family, c.target, c.required,
         a.attname IS NOT NULL, b.base_type,
         CASE format_type(b.base_type, NULL) WHEN 'character varying' THEN 'text' ELSE format_type(b.base_type, NULL) END
  FROM relinsights._source_columns() c
  JOIN (VALUES ('activities', activities), ('participants', participants),
               ('records', records), ('record_parties', record_parties)) s(source, relation)
    ON s.source = c.source
  LEFT JOIN pg_attribute a
    ON a.attrelid = s.relation AND a.attname = c.name AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN LATERAL (
    -- A domain is read as what it is over.
    WITH RECURSIVE d(oid, base, kind) AS (
      SELECT t.oid, t.typbasetype, t.typtype FROM pg_type t WHERE t.oid = a.atttypid
      UNION ALL
      SELECT t.oid, t.typbasetype, t.typtype FROM d JOIN pg_type t ON t.oid = d.base WHERE d.kind = 'd')
    SELECT d.oid AS base_type FROM d WHERE d.kind <> 'd') b ON true;
END;
COMMENT ON FUNCTION relinsights._described_columns(regclass, regclass, regclass, regclass) IS 'part of models: every column of _source_columns() beside what the given relations have under that name';

CREATE FUNCTION relinsights._check_relation(source text, relation regclass) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  class pg_class;
  unreadable text;
BEGIN
  SELECT * INTO class FROM pg_class c WHERE c.oid = relation;
  IF NOT FOUND THEN
    RAISE undefined_table USING MESSAGE = format('the relation given as %s does not exist: %s', source, relation);
  ELSIF class.relkind NOT IN ('r', 'p', 'v', 'm', 'f') THEN
    RAISE wrong_object_type USING
      MESSAGE = format('the %s of a model cannot come from %s', source, relation),
      HINT = 'Give a table, a view, a materialized view or a foreign table.';
  ELSIF class.relpersistence = 't' THEN
    RAISE wrong_object_type USING
      MESSAGE = format('the %s of a model cannot come from the temporary relation %s', source, relation),
      HINT = 'A model outlives the session: give a permanent table or view.';
  END IF;
  SELECT string_agg(c.name, ', ' ORDER BY c.ordinal) INTO unreadable
  FROM relinsights._source_columns() c
  JOIN pg_attribute a ON a.attrelid = relation AND a.attname = c.name AND NOT a.attisdropped
  WHERE c.source = _check_relation.source AND NOT has_column_privilege(relation, a.attnum, 'SELECT');
  IF unreadable IS NOT NULL THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('permission denied for %s, the %s of the model', relation, source),
      DETAIL = format('Role "%s" may not read: %s.', current_user, unreadable),
      HINT = format('GRANT SELECT ON %s TO %I;', relation, current_user);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_relation(text, regclass) IS 'part of models: an error unless the relation can be a source of a model and the caller may read it';

CREATE FUNCTION relinsights._check_columns(
  activities regclass, participants regclass, records regclass, record_parties regclass) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  c record;
  have text;
BEGIN
  FOR c IN
    SELECT d.*, t.typtype = 'e' AS is_enum
    FROM relinsights._described_columns(activities, participants, records, record_parties) d
    LEFT JOIN pg_type t ON t.oid = d.base_type
    WHERE d.relation IS NOT NULL ORDER BY d.ordinal
  LOOP
    IF c.required AND NOT c.given THEN
      SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO have
      FROM pg_attribute a WHERE a.attrelid = c.relation AND a.attnum > 0 AND NOT a.attisdropped;
      RAISE undefined_column USING
        MESSAGE = format('%s, the %s of the model, has no column "%s"', c.relation, c.source, c.name),
        DETAIL = format('Its columns are: %s.', coalesce(have, 'none')),
        HINT = format('Give a view that names its columns as a model reads them: CREATE VIEW ... '
                      'WITH (security_invoker = true) AS SELECT ... AS %s FROM %s.', c.name, c.relation);
    END IF;
    CONTINUE WHEN NOT c.given OR c.type_name = ANY (relinsights._accepted_types(c.family, c.target))
                  OR (c.family = 'label' AND c.is_enum);
    RAISE datatype_mismatch USING
      MESSAGE = format('column "%s" of %s, the %s of the model, has the wrong type', c.name, c.relation, c.source),
      DETAIL = format('It is %s; a model reads %s there.', c.type_name,
                      CASE c.family WHEN 'label' THEN format('text or an enum with the labels of relinsights.%s', c.target)
                                    WHEN 'id' THEN 'bigint, uuid or text'
                                    ELSE c.target END),
      HINT = format('Give a view over %s that casts the column.', c.relation);
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_columns(regclass, regclass, regclass, regclass) IS 'part of models: an error for the first column that is missing or has a type no model reads';

CREATE FUNCTION relinsights._id_type(
  activities regclass, participants regclass, records regclass, record_parties regclass, id_group text)
RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  c record;
  first_source text;
  first_type text;
BEGIN
  FOR c IN
    SELECT d.relation, d.name, d.type_name
    FROM relinsights._described_columns(activities, participants, records, record_parties) d
    WHERE d.given AND d.family = 'id' AND d.target = id_group ORDER BY d.ordinal
  LOOP
    IF first_type IS NULL THEN
      first_source := format('%s.%s', c.relation, c.name);
      first_type := c.type_name;
    ELSIF c.type_name <> first_type THEN
      RAISE datatype_mismatch USING
        MESSAGE = format('all %s ids of a model must be of one type', id_group),
        DETAIL = format('%s is %s, %s.%s is %s.', first_source, first_type, c.relation, c.name, c.type_name),
        HINT = 'Cast one of them in a view, and index the cast.';
    END IF;
  END LOOP;
  RETURN coalesce(first_type, 'text');
END;
$$;
COMMENT ON FUNCTION relinsights._id_type(regclass, regclass, regclass, regclass, text) IS 'part of models: the one type of the sources'' activity, record or party ids, text where there are none; an error where they differ';

CREATE FUNCTION relinsights._check_ways_in(activities regclass, participants regclass, record_parties regclass)
RETURNS void LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  regarding int;
BEGIN
  SELECT count(*) INTO regarding FROM pg_attribute a
  WHERE a.attrelid = activities AND a.attname IN ('regarding_type', 'regarding_id') AND NOT a.attisdropped;
  IF regarding = 1 THEN
    RAISE undefined_column USING
      MESSAGE = format('%s, the activities of the model, has only one of regarding_type and regarding_id', activities),
      HINT = 'Give both columns or neither.';
  ELSIF regarding = 0 AND (participants IS NULL OR record_parties IS NULL) THEN
    RAISE undefined_column USING
      MESSAGE = format('nothing says which record an activity of %s belongs to', activities),
      HINT = 'Add regarding_type and regarding_id to the activities, or give participants and record_parties.';
  ELSIF record_parties IS NOT NULL AND participants IS NULL THEN
    RAISE WARNING USING
      MESSAGE = 'record_parties without participants link no activity',
      HINT = 'Give participants too: they say who takes part in which activity.';
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_ways_in(regclass, regclass, regclass) IS 'part of models: an error where no activity could belong to any record';

CREATE FUNCTION relinsights._hides_row_security(relation regclass) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- True where a view without security_invoker, or a materialized view, stands anywhere between the
  -- reader and the tables: from there on the view owner's rights decide.
  WITH RECURSIVE reads(oid) AS (
    SELECT relation::oid
    UNION
    SELECT d.refobjid
    FROM reads JOIN pg_rewrite r ON r.ev_class = reads.oid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class)
  SELECT coalesce(bool_or(c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce(
           (SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o
            WHERE o.option_name = 'security_invoker'), false))), false)
  FROM reads JOIN pg_class c ON c.oid = reads.oid;
END;
COMMENT ON FUNCTION relinsights._hides_row_security(regclass) IS 'part of models: whether reading this relation somewhere uses a view owner''s rights instead of the reader''s';

CREATE FUNCTION relinsights._database_time_zone() RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce(
    (SELECT substr(e.setting, length('timezone=') + 1)
     FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) e(setting)
     WHERE s.setrole = 0 AND s.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       AND lower(e.setting) LIKE 'timezone=%'),
    (SELECT p.reset_val FROM pg_settings p WHERE p.name = 'TimeZone'));
END;
COMMENT ON FUNCTION relinsights._database_time_zone() IS 'part of models: the time zone set for this database, else the server''s';

CREATE FUNCTION relinsights._is_model(model text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'settings'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'model_version' AND NOT a.attisdropped
    WHERE n.nspname = model);
END;
COMMENT ON FUNCTION relinsights._is_model(text) IS 'part of models: whether a schema of this name holds a model';

CREATE FUNCTION relinsights._require_model(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF model IS NULL OR NOT relinsights._is_model(model) THEN
    RAISE invalid_schema_name USING
      MESSAGE = format('model "%s" does not exist', coalesce(model, 'NULL')),
      HINT = 'relinsights.create_model() makes one; inside the string a name is case-sensitive and not quoted.';
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_model(text) IS 'part of models: an error unless a model of this name exists';

CREATE FUNCTION relinsights._require_owner(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  owner oid;
BEGIN
  PERFORM relinsights._require_model(model);
  SELECT n.nspowner INTO owner FROM pg_namespace n WHERE n.nspname = model;
  IF NOT pg_has_role(owner, 'USAGE') THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('must be owner of model "%s"', model),
      DETAIL = format('It belongs to role "%s".', pg_get_userbyid(owner));
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_owner(text) IS 'part of models: an error unless the caller owns the model of this name';

CREATE FUNCTION relinsights._relation(model text, relation text) RETURNS regclass
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found regclass;
BEGIN
  SELECT c.oid INTO found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = model AND c.relname = relation;
  IF found IS NULL THEN
    PERFORM relinsights._require_model(model);
    RAISE undefined_table USING
      MESSAGE = format('model "%s" has lost its relation "%s"', model, relation),
      DETAIL = 'It was dropped, perhaps by a DROP ... CASCADE of a source or of the extension.',
      HINT = 'Note what its settings and opt_out hold, then drop_model() and create_model() again.';
  END IF;
  RETURN found;
END;
$$;
COMMENT ON FUNCTION relinsights._relation(text, text) IS 'part of models: a relation of a model; a clear error where the model or the relation is gone';

CREATE FUNCTION relinsights._source(model text, source text) RETURNS regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- What the model's own view of that source reads: a renamed source is followed, and nothing is stored
  -- that a dump could get wrong.
  SELECT min(d.refobjid)::regclass
  FROM pg_rewrite r
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
  JOIN pg_class c ON c.oid = d.refobjid
  WHERE r.ev_class = relinsights._relation(model, 'source_' || source)
    AND c.relnamespace <> (SELECT v.relnamespace FROM pg_class v WHERE v.oid = r.ev_class);
END;
COMMENT ON FUNCTION relinsights._source(text, text) IS 'part of models: the relation given to create_model as activities, participants, records or record_parties; NULL where none was';

CREATE FUNCTION relinsights._describe(model text, relation text, words text, columns text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kind text := (SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END
                FROM pg_class c WHERE c.oid = relinsights._relation(model, relation));
BEGIN
  EXECUTE format('COMMENT ON %s %I.%I IS %L', kind, model, relation, words);
  FOR i IN 1 .. coalesce(array_length(columns, 1), 0) BY 2 LOOP
    EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', model, relation, columns[i], columns[i + 1]);
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._describe(text, text, text, text[]) IS 'part of models: comments on a relation of a model and on its columns, given as name, comment, name, comment, ...';

CREATE FUNCTION relinsights._make_tables(model text, party_type text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Only types of PostgreSQL itself: DROP EXTENSION CASCADE must not take a column of these tables.
  -- Each constraint is named after its setting; _setting_rule() says in words what it demands.
  EXECUTE format($sql$
    CREATE TABLE %1$I.settings (
      model_version int NOT NULL DEFAULT 1,
      time_zone text NOT NULL CONSTRAINT time_zone CHECK
        (time_zone <> '' AND timestamptz 'epoch' AT TIME ZONE time_zone IS NOT NULL),
      timeline_days int NOT NULL DEFAULT 60 CONSTRAINT timeline_days CHECK (timeline_days BETWEEN 1 AND 3660),
      email_write_minutes numeric NOT NULL DEFAULT 5 CONSTRAINT email_write_minutes
        CHECK (email_write_minutes BETWEEN 0 AND 1440),
      email_read_minutes numeric NOT NULL DEFAULT 2.5 CONSTRAINT email_read_minutes
        CHECK (email_read_minutes BETWEEN 0 AND 1440),
      health_weights int[] NOT NULL DEFAULT '{6,6,6,6,6}' CONSTRAINT health_weights CHECK
        (cardinality(health_weights) = 5 AND array_position(health_weights, NULL) IS NULL
         AND 3 <= ALL (health_weights) AND 9 >= ALL (health_weights)),
      health_frequency text NOT NULL DEFAULT 'weekly' CONSTRAINT health_frequency CHECK
        (health_frequency IN ('daily', 'few_days', 'weekly', 'biweekly', 'monthly')),
      health_good int NOT NULL DEFAULT 60,
      health_fair int NOT NULL DEFAULT 40,
      working_calendar text CONSTRAINT working_calendar CHECK
        (working_calendar IS NULL OR working_calendar::relinsights.working_calendar IS NOT NULL),
      similar_deals int NOT NULL DEFAULT 10 CONSTRAINT similar_deals CHECK (similar_deals BETWEEN 1 AND 1000),
      min_similarity double precision NOT NULL DEFAULT 0.5 CONSTRAINT min_similarity
        CHECK (min_similarity BETWEEN 0 AND 1),
      language text NOT NULL DEFAULT 'en' CONSTRAINT language CHECK (language = ANY (relinsights.languages())),
      refresh_log_days int NOT NULL DEFAULT 30 CONSTRAINT refresh_log_days
        CHECK (refresh_log_days BETWEEN 1 AND 36500),
      subjects_by_view_owner boolean NOT NULL DEFAULT false,
      CONSTRAINT health_thresholds CHECK (0 <= health_fair AND health_fair < health_good AND health_good <= 100));
    CREATE UNIQUE INDEX settings_one_row ON %1$I.settings ((true));

    CREATE TABLE %1$I.opt_out (
      side text NOT NULL CONSTRAINT side CHECK (side IN ('us', 'them')),
      party_id %2$s NOT NULL,
      since timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (side, party_id));

    CREATE TABLE %1$I.refresh_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      what text NOT NULL,
      started timestamptz NOT NULL DEFAULT clock_timestamp(),
      finished timestamptz,
      rows bigint,
      error text);
  $sql$, model, party_type);

  PERFORM relinsights._describe(model, 'settings', 'the model''s settings: one row, checked; relinsights.alter_model() changes them', ARRAY[
    'model_version', 'layout of this model''s relations',
    'time_zone', 'days begin at midnight here',
    'timeline_days', 'days that relationship_activity shows',
    'email_write_minutes', 'minutes to write an e-mail',
    'email_read_minutes', 'minutes to read an e-mail',
    'health_weights', 'weights 3..9 of e-mail, meeting, phone call, task, other in relationship health; 6 is neutral',
    'health_frequency', 'how often contact is expected: daily, few_days, weekly, biweekly, monthly',
    'health_good', 'score from which health is good, 0..100',
    'health_fair', 'score from which health is fair, below health_good',
    'working_calendar', 'relinsights.working_calendar as text: response times in working time; NULL: in elapsed time',
    'similar_deals', 'similar won deals kept for each open opportunity',
    'min_similarity', 'similarity 0..1 below which a won deal is not similar',
    'language', 'language of record_summary, one of relinsights.languages()',
    'refresh_log_days', 'days that refresh_log keeps',
    'subjects_by_view_owner', 'true: subjects are shown though the activities come through a view with its owner''s rights']);
  PERFORM relinsights._describe(model, 'opt_out', 'people whom no KPI, list or sentence counts or shows; relinsights.opt_out() and opt_in() change it', ARRAY[
    'side', 'us or them',
    'party_id', 'the person',
    'since', 'when the person opted out']);
  PERFORM relinsights._describe(model, 'refresh_log', 'one row per refresh; a row that is not finished is running or was interrupted: see relinsights.refresh_status()', ARRAY[
    'id', 'rising number',
    'what', 'refresh, or similar_deals',
    'started', 'when it started: what was committed before then is in it',
    'finished', 'when it ended, well or not; NULL while it runs and where it was killed',
    'rows', 'rows of record_kpi (or of similar_won_deals) afterwards',
    'error', 'why it failed; NULL where it did not']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_tables(text, text) IS 'part of models: makes the tables settings, opt_out and refresh_log';

CREATE FUNCTION relinsights._setting_rule(setting text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE setting
    WHEN 'time_zone' THEN 'Give a name from pg_timezone_names, for example ''Asia/Seoul''.'
    WHEN 'timeline_days' THEN 'Give a number of days from 1 to 3660.'
    WHEN 'email_write_minutes' THEN 'Give minutes from 0 to 1440.'
    WHEN 'email_read_minutes' THEN 'Give minutes from 0 to 1440.'
    WHEN 'health_weights' THEN 'Give five whole numbers from 3 to 9: e-mail, meeting, phone call, task, other.'
    WHEN 'health_frequency' THEN 'Give one of daily, few_days, weekly, biweekly, monthly.'
    WHEN 'health_thresholds' THEN 'Give 0 <= health_fair < health_good <= 100.'
    WHEN 'similar_deals' THEN 'Give a number from 1 to 1000.'
    WHEN 'min_similarity' THEN 'Give a number from 0 to 1.'
    WHEN 'language' THEN format('Give one of %s.', array_to_string(relinsights.languages(), ', '))
    WHEN 'refresh_log_days' THEN 'Give a number of days from 1 to 36500.'
    ELSE 'See the comments on the model''s table settings.' END;
END;
COMMENT ON FUNCTION relinsights._setting_rule(text) IS 'part of models: what the CHECK constraint of that name demands, as a hint';

CREATE FUNCTION relinsights._change_settings(
  model text, time_zone text, timeline_days int, email_write_minutes numeric, email_read_minutes numeric,
  health_weights relinsights.health_weights, health_frequency text, health_good int, health_fair int,
  working_calendar relinsights.working_calendar, similar_deals int, min_similarity double precision,
  language text, refresh_log_days int, subjects_by_view_owner boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  w relinsights.health_weights := health_weights;
  broken text;
BEGIN
  EXECUTE format($sql$
    UPDATE %I.settings SET
      time_zone = coalesce($1, time_zone), timeline_days = coalesce($2, timeline_days),
      email_write_minutes = coalesce($3, email_write_minutes),
      email_read_minutes = coalesce($4, email_read_minutes),
      health_weights = coalesce($5, health_weights), health_frequency = coalesce($6, health_frequency),
      health_good = coalesce($7, health_good), health_fair = coalesce($8, health_fair),
      working_calendar = coalesce($9, working_calendar), similar_deals = coalesce($10, similar_deals),
      min_similarity = coalesce($11, min_similarity), language = coalesce($12, language),
      refresh_log_days = coalesce($13, refresh_log_days),
      subjects_by_view_owner = coalesce($14, subjects_by_view_owner)$sql$, model)
  USING time_zone, timeline_days, email_write_minutes, email_read_minutes,
    CASE WHEN num_nonnulls(w.email, w.meeting, w.phone_call, w.task, w.other) > 0
         THEN ARRAY[w.email, w.meeting, w.phone_call, w.task, w.other] END,
    health_frequency, health_good, health_fair, working_calendar::text, similar_deals, min_similarity,
    language, refresh_log_days, subjects_by_view_owner;
EXCEPTION
  WHEN check_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
    RAISE invalid_parameter_value USING
      MESSAGE = format('invalid value for setting "%s" of model "%s"', broken, model),
      HINT = relinsights._setting_rule(broken);
  WHEN invalid_parameter_value THEN
    RAISE invalid_parameter_value USING
      MESSAGE = format('invalid value for setting "time_zone" of model "%s"', model), DETAIL = SQLERRM,
      HINT = relinsights._setting_rule('time_zone');
END;
$$;
COMMENT ON FUNCTION relinsights._change_settings(text, text, int, numeric, numeric, relinsights.health_weights,
  text, int, int, relinsights.working_calendar, int, double precision, text, int, boolean) IS
  'part of models: changes the settings that are not NULL; a clear error where one is out of range';

CREATE FUNCTION relinsights._check_name(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF model IS NULL OR model = '' OR octet_length(model) > 63 OR model LIKE 'pg\_%' THEN
    RAISE invalid_name USING
      MESSAGE = format('"%s" cannot be the name of a model', coalesce(model, 'NULL')),
      HINT = 'A model is a schema: its name has 1 to 63 bytes and does not start with "pg_".';
  ELSIF EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = model) THEN
    RAISE duplicate_schema USING
      MESSAGE = format('schema "%s" already exists', model),
      HINT = CASE WHEN relinsights._is_model(model)
                  THEN 'It is a model: choose another name, alter_model() it, or drop_model() it first.'
                  ELSE 'Choose another name for the model.' END;
  ELSIF NOT has_database_privilege(current_database(), 'CREATE') THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('permission denied to create model "%s"', model),
      DETAIL = format('Role "%s" may not create schemas in database "%s".', current_user, current_database()),
      HINT = format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_name(text) IS 'part of models: an error unless the caller can make a model of this name';

CREATE FUNCTION relinsights.create_model(
  name text, activities regclass, participants regclass DEFAULT NULL, records regclass DEFAULT NULL,
  record_parties regclass DEFAULT NULL, time_zone text DEFAULT NULL, timeline_days int DEFAULT NULL,
  email_write_minutes numeric DEFAULT NULL, email_read_minutes numeric DEFAULT NULL,
  health_weights relinsights.health_weights DEFAULT NULL, health_frequency text DEFAULT NULL,
  health_good int DEFAULT NULL, health_fair int DEFAULT NULL,
  working_calendar relinsights.working_calendar DEFAULT NULL, similar_deals int DEFAULT NULL,
  min_similarity double precision DEFAULT NULL, language text DEFAULT NULL, refresh_log_days int DEFAULT NULL,
  subjects_by_view_owner boolean DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s record;
BEGIN
  PERFORM relinsights._check_name(name);
  IF activities IS NULL THEN
    RAISE null_value_not_allowed USING MESSAGE = format('model "%s" needs activities', name),
      HINT = 'Give a table or view with activity_id, kind, direction and occurred_at.';
  END IF;
  FOR s IN SELECT * FROM (VALUES ('activities', activities), ('participants', participants),
                                 ('records', records), ('record_parties', record_parties)) v(source, relation)
           WHERE v.relation IS NOT NULL LOOP
    PERFORM relinsights._check_relation(s.source, s.relation);
  END LOOP;
  PERFORM relinsights._check_columns(activities, participants, records, record_parties);
  PERFORM relinsights._check_ways_in(activities, participants, record_parties);

  EXECUTE format('CREATE SCHEMA %I', name);
  EXECUTE format('COMMENT ON SCHEMA %I IS %L', name, format('relationship KPIs from %s (pg_relinsights)', activities));
  PERFORM relinsights._make_tables(
    name, relinsights._id_type(activities, participants, records, record_parties, 'party'));
  EXECUTE format('INSERT INTO %I.settings (time_zone) VALUES ($1)', name) USING relinsights._database_time_zone();
  PERFORM relinsights._change_settings(name, time_zone, timeline_days, email_write_minutes, email_read_minutes,
    health_weights, health_frequency, health_good, health_fair, working_calendar, similar_deals, min_similarity,
    language, refresh_log_days, subjects_by_view_owner);
  PERFORM relinsights._make_sources(name, activities, participants, records, record_parties);
  PERFORM relinsights._make_membership(name);
  PERFORM relinsights._make_kpis(name);
  PERFORM relinsights._make_live(name);
  PERFORM relinsights._make_views(name);
  PERFORM relinsights._make_deals(name);
  PERFORM relinsights._make_summary(name);

  IF relinsights._hides_row_security(activities) AND NOT coalesce(subjects_by_view_owner, false)
     AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = activities AND a.attname = 'subject' AND NOT a.attisdropped) THEN
    RAISE WARNING USING
      MESSAGE = format('subjects of activities will not be shown in model "%s"', name),
      DETAIL = format('%s is, or reads through, a view with its owner''s rights, which hides row-level security.', activities),
      HINT = format('ALTER VIEW %s SET (security_invoker = true), or where everyone may read every subject: '
                    'relinsights.alter_model(%L, subjects_by_view_owner => true).', activities, name);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.create_model(text, regclass, regclass, regclass, regclass, text, int, numeric, numeric,
  relinsights.health_weights, text, int, int, relinsights.working_calendar, int, double precision, text, int, boolean) IS
  'makes a schema of that name with every KPI view over the given tables or views; a setting left NULL has its default. The materialized views are unfilled until CALL relinsights.refresh(name). Errors: column missing or of a wrong type, ids of different types, neither regarding columns nor record_parties, name taken or impossible, right missing, setting out of range';

CREATE FUNCTION relinsights.alter_model(
  name text, time_zone text DEFAULT NULL, timeline_days int DEFAULT NULL, email_write_minutes numeric DEFAULT NULL,
  email_read_minutes numeric DEFAULT NULL, health_weights relinsights.health_weights DEFAULT NULL,
  health_frequency text DEFAULT NULL, health_good int DEFAULT NULL, health_fair int DEFAULT NULL,
  working_calendar relinsights.working_calendar DEFAULT NULL, similar_deals int DEFAULT NULL,
  min_similarity double precision DEFAULT NULL, language text DEFAULT NULL, refresh_log_days int DEFAULT NULL,
  subjects_by_view_owner boolean DEFAULT NULL, without_working_calendar boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_owner(name);
  IF without_working_calendar AND working_calendar IS NOT NULL THEN
    RAISE invalid_parameter_value USING
      MESSAGE = 'working_calendar and without_working_calendar exclude each other',
      HINT = 'Give one of them.';
  END IF;
  PERFORM relinsights._change_settings(name, time_zone, timeline_days, email_write_minutes, email_read_minutes,
    health_weights, health_frequency, health_good, health_fair, working_calendar, similar_deals, min_similarity,
    language, refresh_log_days, subjects_by_view_owner);
  IF without_working_calendar THEN
    EXECUTE format('UPDATE %I.settings SET working_calendar = NULL', name);
  END IF;
  IF without_working_calendar OR num_nonnulls(time_zone, email_write_minutes, email_read_minutes, working_calendar) > 0 THEN
    RAISE NOTICE USING MESSAGE = format('stored KPIs of model "%s" follow at the next refresh', name),
      HINT = format('CALL relinsights.refresh(%L);', name);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.alter_model(text, text, int, numeric, numeric, relinsights.health_weights, text, int, int,
  relinsights.working_calendar, int, double precision, text, int, boolean, boolean) IS
  'changes the given settings of a model, for its owner; NULL leaves a setting as it is, without_working_calendar goes back to elapsed time. Stored KPIs follow at the next refresh: a NOTICE says so. Errors: unknown model, not its owner, setting out of range';

CREATE FUNCTION relinsights._model_relations() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT ARRAY['settings', 'opt_out', 'refresh_log', 'source_activities', 'source_participants', 'source_records',
    'source_record_parties', 'member_activity', 'record_activity', 'record_info', 'record_kpi', 'interaction_times',
    'account_kpi', 'contact_kpi', 'opportunity_kpi', 'lead_kpi', 'relationship_activity', 'top_contacts',
    'relationship_health', 'next_and_last_interaction', 'relationship_pipeline', 'similar_won_deals', 'deal_factors',
    'opportunity_comparison', 'record_summary'];
END;
COMMENT ON FUNCTION relinsights._model_relations() IS 'part of models: names of the relations that create_model may make';

CREATE FUNCTION relinsights.drop_model(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  others text;
  kind text;
  relations text;
  message text;
  detail text;
  way_out text := format('Drop them first, or DROP SCHEMA %I CASCADE to remove them with the model.', name);
BEGIN
  PERFORM relinsights._require_owner(name);
  SELECT string_agg(c.relname, ', ' ORDER BY c.relname) INTO others
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND c.relname <> ALL (relinsights._model_relations());
  IF others IS NOT NULL THEN
    RAISE dependent_objects_still_exist USING
      MESSAGE = format('cannot drop model "%s" because its schema holds other relations', name),
      DETAIL = format('The model did not make: %s.', others), HINT = way_out;
  END IF;
  -- Layer by layer, each in one command: what the model did not make stops the drop.
  FOR kind, relations IN
    SELECT l.kind, string_agg(format('%I.%I', n.nspname, c.relname), ', ')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (SELECT
      CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END AS kind,
      CASE WHEN c.relkind = 'm' THEN 2 WHEN c.relkind = 'r' THEN 4
           WHEN c.relname LIKE 'source\_%' OR c.relname = 'member_activity' THEN 3 ELSE 1 END AS layer) l
    WHERE n.nspname = name AND c.relkind IN ('r', 'v', 'm')
    GROUP BY l.kind, l.layer ORDER BY l.layer
  LOOP
    EXECUTE format('DROP %s %s', kind, relations);
  END LOOP;
  IF to_regprocedure(format('%I.live_kpi(relinsights.record_type, text)', name)) IS NOT NULL THEN
    EXECUTE format('DROP FUNCTION %I.live_kpi(relinsights.record_type, text)', name);
  END IF;
  EXECUTE format('DROP SCHEMA %I', name);
EXCEPTION WHEN dependent_objects_still_exist THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RAISE dependent_objects_still_exist USING MESSAGE = message, DETAIL = detail, HINT = way_out;
END;
$$;
COMMENT ON FUNCTION relinsights.drop_model(text) IS 'removes a model and its schema, settings and opt-outs included, for its owner; the sources stay. Errors: unknown model, not its owner, something that the model did not make depends on it or stands in its schema';
-- Which activities belong to a record (SPEC 5.2), over views that read a company's sources as a model names
-- them. The rule stands twice, because two readers need opposite plans: _members() finds the records of
-- every activity in one pass (a refresh), record_activity and _live_activities() the activities of a record through
-- indexes. test/sql/models_random.sql holds them equal.

CREATE FUNCTION relinsights._source_expression(c record) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT c.given THEN
    RETURN format('NULL::%s', c.target_type);
  ELSIF c.family = 'label' THEN
    -- Through text, so that any enum with these labels is read; an unknown label is an error naming it.
    RETURN CASE WHEN c.base_type = c.target_type::regtype THEN quote_ident(c.name)
                ELSE format('relinsights.%I(%I::text)', '_' || c.target, c.name) END;
  END IF;
  RETURN format('%I::%s', c.name, c.target_type);
END;
$$;
COMMENT ON FUNCTION relinsights._source_expression(record) IS 'part of models: how a model''s view reads one source column, a row of _described_columns() with its target_type';

CREATE FUNCTION relinsights._make_source(
  model text, source text, relation regclass, columns text[], expressions text[], extra text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('CREATE VIEW %I.%I WITH (security_invoker = true) AS SELECT %s%s %s', model, 'source_' || source,
    (SELECT string_agg(format('%s AS %I', e, n), ', ' ORDER BY i)
     FROM unnest(columns, expressions) WITH ORDINALITY u(n, e, i)),
    extra, CASE WHEN relation IS NULL THEN 'WHERE false' ELSE format('FROM %s', relation) END);
  PERFORM relinsights._describe(model, 'source_' || source,
    CASE WHEN relation IS NULL THEN format('no %s were given to create_model: no rows', source)
         ELSE format('%s as this model reads them, with the reader''s own rights: %s', source, relation) END, '{}');
END;
$$;
COMMENT ON FUNCTION relinsights._make_source(text, text, regclass, text[], text[], text) IS 'part of models: makes the view through which a model reads one source';

CREATE FUNCTION relinsights._make_sources(
  model text, activities regclass, participants regclass, records regclass, record_parties regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s record;
  regarding boolean := EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = activities
                               AND a.attname = 'regarding_id' AND NOT a.attisdropped);
BEGIN
  FOR s IN
    SELECT d.source, d.relation, array_agg(d.name ORDER BY d.ordinal) AS columns,
           array_agg(CASE d.name
             WHEN 'status' THEN format('coalesce(%s, %L)', d.expression, 'completed')
             WHEN 'automated' THEN format('coalesce(%s, false)', d.expression)
             WHEN 'followed' THEN format('coalesce(%s, false)', d.expression)
             ELSE d.expression END ORDER BY d.ordinal) AS expressions,
           -- Labels as the source has them: an index on one is used only by comparing it unconverted.
           string_agg(format(', %s AS %I', CASE WHEN d.given THEN quote_ident(d.name) ELSE 'NULL::text' END,
                             CASE d.name WHEN 'side' THEN 'side_label' ELSE 'record_label' END), '')
             FILTER (WHERE d.name IN ('record_type', 'regarding_type', 'side')) AS extra
    FROM (
      SELECT c.source, c.relation, c.name, c.ordinal, c.given, relinsights._source_expression(c) AS expression
      FROM (
        SELECT d.*, CASE
          WHEN d.family = 'label' THEN 'relinsights.' || d.target
          WHEN d.family = 'value' THEN d.target
          WHEN d.target IS NOT NULL THEN
            relinsights._id_type(activities, participants, records, record_parties, d.target)
          ELSE coalesce(d.type_name, 'text') END AS target_type
        FROM relinsights._described_columns(activities, participants, records, record_parties) d) c
      WHERE c.name <> 'subject') d
    GROUP BY d.source, d.relation
    ORDER BY d.source = 'records', d.source  -- records may be read from the others
  LOOP
    IF s.source = 'records' AND s.relation IS NULL THEN
      EXECUTE format(
        'CREATE VIEW %1$I.source_records WITH (security_invoker = true) AS SELECT %2$s, record_label FROM ('
        'SELECT DISTINCT %3$s AS record_type, %4$s AS record_id, record_label FROM %1$I.%5$I '
        'WHERE %3$s IS NOT NULL AND %4$s IS NOT NULL) pairs', model,
        (SELECT string_agg(format('%s AS %I', CASE WHEN i <= 2 THEN n ELSE e END, n), ', ' ORDER BY i)
         FROM unnest(s.columns, s.expressions) WITH ORDINALITY u(n, e, i)),
        CASE WHEN regarding THEN 'regarding_type' ELSE 'record_type' END,
        CASE WHEN regarding THEN 'regarding_id' ELSE 'record_id' END,
        CASE WHEN regarding THEN 'source_activities' ELSE 'source_record_parties' END);
      PERFORM relinsights._describe(model, 'source_records', format(
        'no records were given to create_model: the pairs in %s', CASE WHEN regarding
        THEN 'regarding_type and regarding_id of the activities' ELSE 'record_parties' END), '{}');
    ELSE
      PERFORM relinsights._make_source(model, s.source, s.relation, s.columns, s.expressions, s.extra);
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._make_sources(text, regclass, regclass, regclass, regclass) IS 'part of models: makes the four views through which a model reads its sources';

CREATE FUNCTION relinsights._people(model text, linked text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Bcc takes no part, nor does who has no role.
  SELECT format($sql$
    SELECT q.activity_id, relinsights._people_agg(q.side, (q.role <> 'bcc') IS NOT TRUE, o.party_id IS NOT NULL,
                                                  q.party_id::text, %2$s) AS people
    FROM %1$I.source_participants q
    LEFT JOIN %1$I.opt_out o ON o.party_id = q.party_id AND o.side::relinsights.party_side = q.side
    %3$s
    WHERE q.activity_id IS NOT NULL AND q.side IS NOT NULL AND q.party_id IS NOT NULL %4$s
    GROUP BY q.activity_id$sql$, model, CASE WHEN linked IS NULL THEN 'NULL' ELSE 'l.records' END,
    CASE WHEN linked IS NULL THEN '' ELSE format('LEFT JOIN (%s) l ON l.party_id = q.party_id', linked) END, only_of);
END;
COMMENT ON FUNCTION relinsights._people(text, text, text) IS 'part of models: SQL for the people of each activity; linked: SQL for the records of each party_id, NULL to leave them out; only_of: one more condition on q, the participants';

CREATE FUNCTION relinsights._people_of_activity(model text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format('SELECT p.people FROM (%s) p', relinsights._people(model, NULL, 'AND q.activity_id = a.activity_id'));
END;
COMMENT ON FUNCTION relinsights._people_of_activity(text) IS 'part of models: SQL for the people of activity a alone';

CREATE FUNCTION relinsights._numbered_records(model text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format($sql$
    SELECT (row_number() OVER ())::int AS number, s.record_type, s.record_id, s.record_type::text || ' ' || s.record_id::text AS key
    FROM %1$I.source_records s WHERE s.record_type IS NOT NULL AND s.record_id IS NOT NULL %2$s$sql$, model, only_of);
END;
COMMENT ON FUNCTION relinsights._numbered_records(text, text) IS 'part of models: SQL for the records with numbers, which stand for them while a refresh joins; only_of: one more condition on s, the records';

CREATE FUNCTION relinsights._members(model text, activities text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Their side first: each person of theirs brings a list of records, and what an activity's people are also says which
  -- records they link. Every activity and participant is read once. The seller's side of opportunities and leads (negative
  -- numbers) is looked at last, where both lists are at hand.
  -- The record that an activity regards is found by one key of which the planner sees that it is unique: of r itself it knows
  -- nothing, and would sort all activities. Its label comes from our enum: a source's own may have another collation than the id.
  -- Here and below, <> 'us' says 'them': the planner guesses that few rows equal a converted label, and most differ.
  SELECT format($sql$
    SELECT abs(x.linked) AS number, x.*
    FROM (
      SELECT a.activity_id, a.kind, a.direction, a.occurred_at, a.status, a.duration, a.thread_id, a.automated, a.sentiment,
             a.followed, a.opens, a.link_clicks, a.attachment_views, a.replies, p.people,
             relinsights._people_records(p.people, g.number) AS linked
      FROM %2$s a
      LEFT JOIN (%3$s) p ON p.activity_id = a.activity_id
      LEFT JOIN (SELECT r.key, min(r.number) AS number FROM r GROUP BY r.key) g ON g.key = a.regarding_type::text || ' ' || a.regarding_id::text
      WHERE a.activity_id IS NOT NULL AND relinsights._people_gone(p.people) IS NOT TRUE) x
    LEFT JOIN (
      SELECT r.number, array_agg(rp.party_id::text) AS parties
      FROM %1$I.source_record_parties rp JOIN r ON r.record_type = rp.record_type AND r.record_id = rp.record_id
      WHERE rp.side <> 'them' AND rp.record_type NOT IN ('account', 'contact') AND rp.role IS DISTINCT FROM 'primary_contact'
      GROUP BY r.number) t ON t.number = - x.linked
    WHERE x.linked > 0 OR relinsights._people_include(x.people, t.parties)$sql$,
    model, activities, relinsights._people(model, format($sql$
        SELECT rp.party_id, array_agg(CASE WHEN r.record_type IN ('account', 'contact') THEN r.number ELSE - r.number END) AS records
        FROM %I.source_record_parties rp JOIN r ON r.record_type = rp.record_type AND r.record_id = rp.record_id
        WHERE rp.side <> 'us' AND (rp.record_type IN ('account', 'contact') OR rp.role IS DISTINCT FROM 'primary_contact')
        GROUP BY rp.party_id$sql$, model), only_of));
END;
COMMENT ON FUNCTION relinsights._members(text, text, text) IS 'part of models: SQL for one row per record and activity that belongs to it and is not gone, all in one pass, over r (_numbered_records); activities: the relation of them; only_of: one more condition on q, the participants';

CREATE FUNCTION relinsights._make_membership(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.record_activity WITH (security_invoker = true) AS
    SELECT l.record_type, l.record_id, l.activity_id
    FROM (
      SELECT a.regarding_type AS record_type, a.regarding_id AS record_id, a.activity_id
      FROM %1$I.source_activities a WHERE a.regarding_type IS NOT NULL AND a.regarding_id IS NOT NULL AND a.activity_id IS NOT NULL
      UNION
      SELECT rp.record_type, rp.record_id, q.activity_id
      FROM %1$I.source_record_parties rp JOIN %1$I.source_participants q ON q.party_id = rp.party_id
      WHERE rp.side <> 'us' AND q.side <> 'us' AND q.role <> 'bcc'
        AND rp.record_type IS NOT NULL AND rp.record_id IS NOT NULL AND q.activity_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'them' AND o.party_id = rp.party_id)
        AND (rp.record_type IN ('account', 'contact')
             OR (rp.role IS DISTINCT FROM 'primary_contact' AND EXISTS (
               SELECT FROM %1$I.source_participants u JOIN %1$I.source_record_parties ur ON ur.party_id = u.party_id
               WHERE u.activity_id = q.activity_id AND u.side <> 'them' AND u.role <> 'bcc'
                 AND ur.record_type = rp.record_type AND ur.record_id = rp.record_id AND ur.side <> 'them'
                 AND ur.role IS DISTINCT FROM 'primary_contact'
                 AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'us' AND o.party_id = ur.party_id))))) l
    WHERE EXISTS (SELECT FROM %1$I.source_records r WHERE r.record_type = l.record_type AND r.record_id = l.record_id)
      AND EXISTS (SELECT FROM %1$I.source_activities a WHERE a.activity_id = l.activity_id)
      AND NOT EXISTS (
        SELECT FROM %1$I.opt_out o JOIN %1$I.source_participants q ON q.party_id = o.party_id
        WHERE o.side = 'them' AND q.side = 'them' AND q.activity_id = l.activity_id AND NOT EXISTS (
          SELECT FROM %1$I.source_participants s
          WHERE s.activity_id = l.activity_id AND s.side = 'them' AND s.party_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM %1$I.opt_out t WHERE t.side = 'them' AND t.party_id = s.party_id)))$sql$, model);
  PERFORM relinsights._describe(model, 'record_activity',
    'which activity belongs to which record, whatever its status, with the reader''s own rights on the sources', ARRAY[
    'record_type', 'account, contact, opportunity or lead',
    'record_id', 'the record',
    'activity_id', 'an activity that belongs to it']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_membership(text) IS 'part of models: makes the view record_activity';

-- What models made by 0.1.0 call in their materialized views.
CREATE FUNCTION relinsights._distinct(parties text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT ARRAY(SELECT DISTINCT p.party COLLATE "C" FROM unnest(parties) p(party) ORDER BY 1);
END;
COMMENT ON FUNCTION relinsights._distinct(text[]) IS 'part of models made by 0.1.0: each of them once, in the order of the C collation';

CREATE AGGREGATE relinsights._concatenate(anycompatiblearray) (
  SFUNC = pg_catalog.array_cat, STYPE = anycompatiblearray, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights._concatenate(anycompatiblearray) IS 'part of models made by 0.1.0: the elements of all arrays in one';
-- The KPIs of a model's records (SPEC 5.3): stored in record_kpi and interaction_times, live from record_kpi().
-- Both are made of the same two lists: the summaries of a record's activities, and what is read out of them.

CREATE TYPE relinsights.record_kpi_row AS (
  record_type relinsights.record_type, record_id text,
  emails_sent bigint, emails_received bigint, meetings_sent bigint, meetings_received bigint,
  phone_calls_made bigint, phone_calls_received bigint, tasks_completed bigint, other_activities bigint,
  activities bigint, activities_by_us bigint, activities_by_them bigint,
  email_ratio_by_us double precision, email_ratio_by_them double precision,
  time_spent_by_us_hours double precision, time_spent_by_them_hours double precision,
  face_time_hours double precision,
  avg_response_time_by_us_hours double precision, avg_response_time_by_them_hours double precision,
  median_response_time_by_us_hours double precision, median_response_time_by_them_hours double precision,
  response_rate_by_us double precision, response_rate_by_them double precision,
  awaiting_us bigint, awaiting_them bigint, oldest_awaiting_us_since timestamptz,
  first_interaction_at timestamptz, last_interaction_at timestamptz,
  last_interaction_by_us_at timestamptz, last_interaction_by_them_at timestamptz,
  followed_emails bigint, open_rate double precision, link_click_rate double precision,
  attachment_view_rate double precision, reply_rate double precision, engaged_contacts bigint,
  interactions relinsights.interaction_summary, responses relinsights.response_summary,
  timeline relinsights.activity_timeline, their_contacts relinsights.contact_summary,
  our_contacts relinsights.contact_summary, engagement relinsights.engagement_summary);
COMMENT ON TYPE relinsights.record_kpi_row IS 'one record''s KPIs as relinsights.record_kpi() returns them: the columns of a model''s record_kpi, record_id as text';

CREATE FUNCTION relinsights._kpi_columns(OUT ordinal int, OUT name text, OUT expression text, OUT words text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- How each column is read: plain (a count, 0 without activities), as it is, or as hours.
  SELECT row_number() OVER ()::int, v.name,
    CASE v.reading
      WHEN 'count' THEN format('coalesce(relinsights.%s, 0)', v.accessor)
      WHEN 'hours' THEN format('extract(epoch FROM relinsights.%s)::double precision / 3600', v.accessor)
      WHEN 'hours or 0' THEN format('coalesce(extract(epoch FROM relinsights.%s)::double precision / 3600, 0)', v.accessor)
      ELSE format('relinsights.%s', v.accessor) END, v.words
  FROM (VALUES
    ('emails_sent', 'count', 'emails_sent(s.interactions)', 'e-mails that we sent'),
    ('emails_received', 'count', 'emails_received(s.interactions)', 'e-mails that they sent'),
    ('meetings_sent', 'count', 'meetings_sent(s.interactions)', 'meetings that we called'),
    ('meetings_received', 'count', 'meetings_received(s.interactions)', 'meetings that they called'),
    ('phone_calls_made', 'count', 'phone_calls_made(s.interactions)', 'phone calls that we made'),
    ('phone_calls_received', 'count', 'phone_calls_received(s.interactions)', 'phone calls that they made'),
    ('tasks_completed', 'count', 'tasks_completed(s.interactions)', 'tasks completed'),
    ('other_activities', 'count', 'other_activities(s.interactions)', 'activities of other kinds'),
    ('activities', 'count', 'activities(s.interactions)', 'completed activities of all kinds'),
    ('activities_by_us', 'count', 'activities_by(s.interactions, ''us'')', 'activities that we started'),
    ('activities_by_them', 'count', 'activities_by(s.interactions, ''them'')', 'activities that they started'),
    ('email_ratio_by_us', '', 'email_ratio(s.interactions, ''us'')', 'e-mails sent / received; NULL where none was received'),
    ('email_ratio_by_them', '', 'email_ratio(s.interactions, ''them'')', 'e-mails received / sent; NULL where none was sent'),
    ('time_spent_by_us_hours', 'hours or 0', 'time_spent(s.interactions, ''us'', make_interval(secs => (c.email_write_minutes * 60)::double precision), make_interval(secs => (c.email_read_minutes * 60)::double precision))', 'hours that our people spent: meetings count once for each of ours in them'),
    ('time_spent_by_them_hours', 'hours or 0', 'time_spent(s.interactions, ''them'', make_interval(secs => (c.email_write_minutes * 60)::double precision), make_interval(secs => (c.email_read_minutes * 60)::double precision))', 'hours that their side spent: meetings count once'),
    ('face_time_hours', 'hours or 0', 'face_time(s.interactions)', 'hours of meetings and phone calls, each once'),
    ('avg_response_time_by_us_hours', 'hours', 'avg_response_time(s.responses, ''us'')', 'mean hours until we answered; NULL where we never did'),
    ('avg_response_time_by_them_hours', 'hours', 'avg_response_time(s.responses, ''them'')', 'mean hours until they answered; NULL where they never did'),
    ('median_response_time_by_us_hours', 'hours', 'median_response_time(s.responses, ''us'')', 'median hours until we answered; NULL where we never did'),
    ('median_response_time_by_them_hours', 'hours', 'median_response_time(s.responses, ''them'')', 'median hours until they answered; NULL where they never did'),
    ('response_rate_by_us', '', 'response_rate(s.responses, ''us'')', 'share 0..1 of their turns that we answered; NULL where there were none'),
    ('response_rate_by_them', '', 'response_rate(s.responses, ''them'')', 'share 0..1 of our turns that they answered; NULL where there were none'),
    ('awaiting_us', 'count', 'awaiting(s.responses, ''us'')', 'their turns that we have not answered'),
    ('awaiting_them', 'count', 'awaiting(s.responses, ''them'')', 'our turns that they have not answered'),
    ('oldest_awaiting_us_since', '', 'oldest_awaiting_since(s.responses, ''us'')', 'since when they have waited for our answer; NULL where nothing waits'),
    ('first_interaction_at', '', 'first_interaction_at(s.interactions)', 'first completed activity'),
    ('last_interaction_at', '', 'last_interaction_at(s.interactions)', 'last completed activity'),
    ('last_interaction_by_us_at', '', 'last_interaction_at(s.interactions, ''us'')', 'last activity that we started'),
    ('last_interaction_by_them_at', '', 'last_interaction_at(s.interactions, ''them'')', 'last activity that they started'),
    ('followed_emails', 'count', 'followed_emails(s.engagement)', 'completed e-mails that are followed (tracked)'),
    ('open_rate', '', 'open_rate(s.engagement)', 'share 0..1 of followed e-mails that were opened; NULL without any'),
    ('link_click_rate', '', 'link_click_rate(s.engagement)', 'share 0..1 of followed e-mails with a link clicked; NULL without any'),
    ('attachment_view_rate', '', 'attachment_view_rate(s.engagement)', 'share 0..1 of followed e-mails with an attachment viewed; NULL without any'),
    ('reply_rate', '', 'reply_rate(s.engagement)', 'share 0..1 of followed e-mails that were replied to; NULL without any'),
    ('engaged_contacts', 'count', 'engaged_contacts(s.their_contacts)', 'people of theirs with at least one activity that they started')
  ) AS v(name, reading, accessor, words);
END;
COMMENT ON FUNCTION relinsights._kpi_columns() IS 'part of models: the plain KPI columns of record_kpi, how each is read from the summaries s and the settings c, and what it says';

CREATE FUNCTION relinsights._summaries(OUT ordinal int, OUT name text, OUT words text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT row_number() OVER ()::int, v.name, v.words
  FROM (VALUES
    ('interactions', 'interaction_summary of the completed activities'),
    ('responses', 'response_summary of the completed e-mails that no machine wrote'),
    ('timeline', 'activity_timeline by days in the model''s time zone'),
    ('their_contacts', 'contact_summary of their people'),
    ('our_contacts', 'contact_summary of our people'),
    ('engagement', 'engagement_summary of the followed e-mails')
  ) AS v(name, words);
END;
COMMENT ON FUNCTION relinsights._summaries() IS 'part of models: the summaries of record_kpi, the attributes of _record_summaries';

CREATE FUNCTION relinsights._column_type(model text, relation text, column_name text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
  WHERE a.attrelid = relinsights._relation(model, relation) AND a.attname = column_name;
END;
COMMENT ON FUNCTION relinsights._column_type(text, text, text) IS 'part of models: the type of a column of a model''s relation';

CREATE FUNCTION relinsights._record_agg_call(model text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- The settings are read once.
  SELECT format($sql$relinsights._record_agg(m.kind, m.direction, m.occurred_at,
        (m.occurred_at AT TIME ZONE (SELECT w.time_zone FROM %1$I.settings w LIMIT 1))::date, m.duration, %2$s, m.automated, m.sentiment, m.followed, m.opens, m.link_clicks, m.attachment_views, m.replies, m.people,
        (SELECT w.working_calendar::relinsights.working_calendar FROM %1$I.settings w LIMIT 1))$sql$, model,
    CASE relinsights._column_type(model, 'source_activities', 'thread_id')
      WHEN 'bigint' THEN 'm.thread_id' ELSE 'relinsights._thread_key(m.thread_id)' END);
END;
COMMENT ON FUNCTION relinsights._record_agg_call(text) IS 'part of models: SQL for the aggregate that makes _record_summaries of m (rows like those of _members()) by the model''s settings';

CREATE FUNCTION relinsights._counts() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT 'a.status <> ''scheduled'' AND a.status <> ''cancelled'' AND a.kind IS NOT NULL AND a.direction IS NOT NULL
          AND a.occurred_at IS NOT NULL';
END;
COMMENT ON FUNCTION relinsights._counts() IS 'part of models: SQL for whether an activity a enters KPIs, if it is not gone';

CREATE FUNCTION relinsights._kpi_list(named boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT (SELECT string_agg(k.expression || CASE WHEN named THEN format(' AS %I', k.name) ELSE '' END, E',\n' ORDER BY k.ordinal)
          FROM relinsights._kpi_columns() k)
    || (SELECT string_agg(format(', s.%I', s.name), '' ORDER BY s.ordinal) FROM relinsights._summaries() s);
END;
COMMENT ON FUNCTION relinsights._kpi_list(boolean) IS 'part of models: the columns of record_kpi after the record''s key, over the summaries s and the settings c; named for a select list, not named for a ROW';

CREATE FUNCTION relinsights._make_kpis(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  records_given boolean := relinsights._source(model, 'records') IS NOT NULL;
BEGIN
  -- OFFSET 0: each summary is taken out of the aggregate's row once, not once for every column read from it.
  EXECUTE format($sql$
    CREATE MATERIALIZED VIEW %1$I.record_kpi AS
    WITH r AS MATERIALIZED (%2$s)
    SELECT r.record_type, r.record_id, %3$s
    FROM r LEFT JOIN (
      SELECT g.number, (g.all_of).* FROM (
        SELECT m.number, %4$s AS all_of FROM (%5$s) m GROUP BY m.number) g
      OFFSET 0) s ON s.number = r.number
    CROSS JOIN %1$I.settings c WITH NO DATA$sql$, model, relinsights._numbered_records(model, ''), relinsights._kpi_list(true),
    relinsights._record_agg_call(model), relinsights._members(model, format('(SELECT * FROM %I.source_activities a WHERE %s)',
      model, relinsights._counts()), ''));
  EXECUTE format('CREATE UNIQUE INDEX record_kpi_record ON %I.record_kpi (record_type, record_id)', model);
  PERFORM relinsights._describe(model, 'record_kpi', 'KPIs of every record as of the last refresh, and the summaries they are read from', (
    SELECT ARRAY['record_type', 'account, contact, opportunity or lead', 'record_id', 'the record']
           || array_agg(w ORDER BY part, ordinal, i)
    FROM (SELECT 1 AS part, k.ordinal, k.name, k.words FROM relinsights._kpi_columns() k
          UNION ALL SELECT 2, s.ordinal, s.name, s.words FROM relinsights._summaries() s) c
    CROSS JOIN LATERAL (VALUES (1, c.name), (2, c.words)) x(i, w)));

  -- record_kpi has been refreshed: it says when each record's last activity was.
  EXECUTE format($sql$
    CREATE MATERIALIZED VIEW %1$I.interaction_times AS
    WITH r AS MATERIALIZED (%2$s),
    wanted AS MATERIALIZED (
      SELECT a.* FROM %1$I.source_activities a
      WHERE a.kind IS NOT NULL AND a.direction IS NOT NULL AND a.occurred_at IS NOT NULL
        AND (a.status = 'scheduled' OR (a.status = 'completed' AND a.occurred_at IN (
          SELECT k.last_interaction_at FROM %1$I.record_kpi k WHERE k.record_type IN ('opportunity', 'lead')))))
    SELECT r.record_type, r.record_id, t.activity_id, t.status, t.kind, t.direction, t.occurred_at,
           relinsights._people_of_theirs(t.people) AS their_people
    FROM (
      SELECT m.*, row_number() OVER (PARTITION BY m.number, m.status
                                     ORDER BY m.occurred_at DESC, m.activity_id::text COLLATE "C" DESC) AS place
      FROM (%3$s) m) t JOIN r ON r.number = t.number
    WHERE t.status = 'scheduled' OR t.place = 1
    WITH NO DATA$sql$, model, relinsights._numbered_records(model, 'AND s.record_type IN (''opportunity'', ''lead'')'),
    relinsights._members(model, 'wanted', 'AND q.activity_id IN (SELECT w.activity_id FROM wanted w)'));
  EXECUTE format('CREATE UNIQUE INDEX interaction_times_activity ON %I.interaction_times (record_type, record_id, activity_id)', model);
  PERFORM relinsights._describe(model, 'interaction_times', 'the last completed and every scheduled activity of each opportunity and lead as of the last refresh; no subjects', ARRAY[
    'record_type', 'opportunity or lead',
    'record_id', 'the record',
    'activity_id', 'the activity',
    'status', 'completed (the last one) or scheduled',
    'kind', 'kind of activity',
    'direction', 'outbound: started by us; inbound: by them',
    'occurred_at', 'when it took or takes place',
    'their_people', 'everyone of theirs in it, so that an opt-out hides it at once']);

  EXECUTE format($sql$
    CREATE MATERIALIZED VIEW %1$I.record_info AS
    SELECT r.record_type, r.record_id, r.name, r.owner_id, r.account_id, r.state, r.created_at, r.closed_at,
           r.estimated_close_date, r.estimated_value
    FROM %2$s WITH NO DATA$sql$, model,
    CASE WHEN records_given
      THEN format('%I.source_records r WHERE r.record_type IS NOT NULL AND r.record_id IS NOT NULL', model)
      ELSE format('(SELECT k.record_type, k.record_id, %s FROM %I.record_kpi k) r',
        (SELECT string_agg(format('NULL::%s AS %I', format_type(a.atttypid, NULL), a.attname), ', ')
         FROM pg_attribute a WHERE a.attrelid = relinsights._relation(model, 'source_records')
           AND a.attname IN ('name', 'owner_id', 'account_id', 'state', 'created_at', 'closed_at',
                             'estimated_close_date', 'estimated_value')), model) END);
  EXECUTE format('CREATE UNIQUE INDEX record_info_record ON %I.record_info (record_type, record_id)', model);
  PERFORM relinsights._describe(model, 'record_info', 'the records themselves as of the last refresh, so that readers of the KPI views need no right on their source', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'name', 'its name', 'owner_id', 'its owner', 'account_id', 'its account', 'state', 'its state',
    'created_at', 'when it was created', 'closed_at', 'when it was closed',
    'estimated_close_date', 'expected closing day', 'estimated_value', 'expected value']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_kpis(text) IS 'part of models: makes the materialized views record_kpi, interaction_times and record_info, unfilled';

CREATE FUNCTION relinsights._label_filter(model text, relation text, qualified_column text, label text)
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- The label in the source's own type, so that an index on it can be used.
  SELECT CASE
    WHEN t.typtype = 'e' AND NOT EXISTS (
      SELECT FROM pg_enum e WHERE e.enumtypid = t.oid AND e.enumlabel = label) THEN 'false'
    WHEN t.typtype = 'e' THEN format('%s = %L::%s', qualified_column, label, t.oid::regtype)
    ELSE format('%s = %L', qualified_column, label) END
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = relinsights._relation(model, relation) AND a.attname = split_part(qualified_column, '.', 2);
END;
COMMENT ON FUNCTION relinsights._label_filter(text, text, text, text) IS 'part of models: SQL that compares a label of a source (alias.column), unconverted';

CREATE FUNCTION relinsights._live_activities(model text, record_type relinsights.record_type, record_id text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  id_type text := relinsights._column_type(model, 'source_records', 'record_id');
  key text;
  parties text := relinsights._column_type(model, 'opt_out', 'party_id') || '[]';
  both_sides boolean := record_type IN ('opportunity', 'lead');
  known boolean;
  theirs text;
  ours text;
  activities text;
BEGIN
  EXECUTE format('SELECT $1::%s::text', id_type) INTO key USING record_id;
  key := format('%L::%s', key, id_type);
  -- Found lists go into the next query as constants: the planner then knows how long they are and takes the indexes.
  EXECUTE format($sql$
    SELECT EXISTS (SELECT FROM %1$I.source_records r WHERE r.record_id = %2$s AND r.record_type = %3$L AND %4$s),
      (SELECT array_agg(DISTINCT rp.party_id)::text FROM %1$I.source_record_parties rp
       WHERE rp.record_id = %2$s AND rp.record_type = %3$L AND %5$s AND rp.side = 'them' %6$s
         AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'them' AND o.party_id = rp.party_id)),
      (SELECT array_agg(DISTINCT rp.party_id)::text FROM %1$I.source_record_parties rp
       WHERE rp.record_id = %2$s AND rp.record_type = %3$L AND %5$s AND rp.side = 'us' %6$s
         AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'us' AND o.party_id = rp.party_id))$sql$,
    model, key, record_type, relinsights._label_filter(model, 'source_records', 'r.record_label', record_type::text),
    relinsights._label_filter(model, 'source_record_parties', 'rp.record_label', record_type::text),
    CASE WHEN both_sides THEN 'AND rp.role IS DISTINCT FROM ''primary_contact''' ELSE '' END)
    INTO known, theirs, ours;
  IF NOT known THEN
    RETURN NULL;
  END IF;
  EXECUTE format($sql$
    SELECT coalesce(array_agg(b.activity_id), '{}')::text FROM (
      SELECT a.activity_id FROM %1$I.source_activities a
      WHERE a.regarding_id = %2$s AND a.regarding_type = %3$L AND %4$s
      UNION
      SELECT q.activity_id FROM %1$I.source_participants q
      WHERE q.party_id = ANY (%5$L::%6$s) AND %8$s AND q.side <> 'us' AND q.role <> 'bcc' %7$s) b
    WHERE b.activity_id IS NOT NULL$sql$,
    model, key, record_type, relinsights._label_filter(model, 'source_activities', 'a.record_label', record_type::text),
    coalesce(theirs, '{}'), parties,
    CASE WHEN both_sides THEN format('AND EXISTS (SELECT FROM %1$I.source_participants u WHERE u.activity_id = q.activity_id '
      'AND u.party_id = ANY (%2$L::%3$s) AND u.side <> ''them'' AND u.role <> ''bcc'')', model, coalesce(ours, '{}'), parties)
    ELSE '' END, relinsights._label_filter(model, 'source_participants', 'q.side_label', 'them')) INTO activities;
  RETURN activities;
END;
$$;
COMMENT ON FUNCTION relinsights._live_activities(text, relinsights.record_type, text) IS 'part of models: ids of the activities that belong to a record now, gone ones included, as an array literal; NULL for an unknown record';

CREATE FUNCTION relinsights._live_sql(model text, record_type relinsights.record_type, activities text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format($sql$
    SELECT ROW(%2$L::relinsights.record_type, $1, %3$s)::relinsights.record_kpi_row AS kpi,
           s.found > s.different AS duplicates
    FROM (
      SELECT g.found, g.different, (g.all_of).* FROM (
        SELECT count(*) AS found, count(DISTINCT m.activity_id) AS different, %4$s FILTER (WHERE m.counts) AS all_of
        FROM (
          SELECT a.*, p.people, %5$s AND relinsights._people_gone(p.people) IS NOT TRUE AS counts
          FROM %1$I.source_activities a LEFT JOIN (%6$s) p ON p.activity_id = a.activity_id
          WHERE a.activity_id = ANY (%7$s)) m) g OFFSET 0) s
    CROSS JOIN (SELECT * FROM %1$I.settings LIMIT 1) c$sql$,
    model, record_type, relinsights._kpi_list(false), relinsights._record_agg_call(model), relinsights._counts(),
    relinsights._people(model, NULL, format('AND q.activity_id = ANY (%s)', ids.list)), ids.list)
  FROM (SELECT format('%L::%s[]', activities, relinsights._column_type(model, 'source_activities', 'activity_id')) AS list) ids;
END;
COMMENT ON FUNCTION relinsights._live_sql(text, relinsights.record_type, text) IS 'part of models: SQL for the KPIs of these activities as record_kpi_row, with $1 as record_id';

CREATE FUNCTION relinsights._raise_live_rights(model text, reason text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  missing text;
BEGIN
  SELECT string_agg(r.relation::text, ', ') INTO missing
  FROM (
    SELECT c.oid::regclass AS relation FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = model AND c.relname IN ('settings', 'opt_out', 'source_activities', 'source_participants',
                                              'source_records', 'source_record_parties')
    UNION ALL
    SELECT relinsights._source(model, s.source)
    FROM (VALUES ('activities'), ('participants'), ('records'), ('record_parties')) s(source)) r
  WHERE NOT has_any_column_privilege(r.relation, 'SELECT');
  RAISE insufficient_privilege USING
    MESSAGE = format('permission denied for the live KPIs of model "%s"', model),
    DETAIL = format('%s%s.', reason, coalesce(format('; role "%s" may not read: %s', current_user, missing), '')),
    HINT = CASE WHEN NOT has_schema_privilege(model, 'USAGE')
      THEN format('GRANT USAGE ON SCHEMA %I TO %I;', model, current_user)
      WHEN missing IS NOT NULL THEN format('GRANT SELECT ON %s TO %I; or read the stored KPIs.', missing, current_user)
      ELSE 'Live KPIs are computed with the rights of the caller: grant what is missing, or read the stored KPIs.' END;
END;
$$;
COMMENT ON FUNCTION relinsights._raise_live_rights(text, text) IS 'part of models: the error of a live function whose caller lacks a right, naming what cannot be read';

CREATE FUNCTION relinsights._raise_duplicates(model text, source text, key text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE unique_violation USING
    MESSAGE = format('duplicate %s in the %s of model "%s"', CASE source WHEN 'activities' THEN 'activity_id' ELSE 'record' END, source, model),
    DETAIL = format('%s stands there more than once.', key),
    HINT = format('Each must be there once: mend %s.', relinsights._source(model, source));
END;
$$;
COMMENT ON FUNCTION relinsights._raise_duplicates(text, text, text) IS 'part of models: the error of a source with a duplicate key';

CREATE FUNCTION relinsights._live_label(model text, relation text, column_name text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- $1 in the source's own type, so that an index on the label can be used; NULL for a label that its enum does not have.
  SELECT CASE WHEN t.typtype = 'e' THEN 'CASE $1 ' || (
      SELECT string_agg(format('WHEN %L THEN %L::%s', e.enumlabel, e.enumlabel, t.oid::regtype), ' ')
      FROM pg_enum e JOIN pg_enum known ON known.enumlabel = e.enumlabel AND known.enumtypid = 'relinsights.record_type'::regtype
      WHERE e.enumtypid = t.oid) || ' END'
    ELSE '$1::text' END
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = relinsights._relation(model, relation) AND a.attname = column_name;
END;
COMMENT ON FUNCTION relinsights._live_label(text, text, text) IS 'part of models: SQL for the record type $1 as a label column of a source has it';

CREATE FUNCTION relinsights._live_people(model text, side relinsights.party_side) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format($sql$coalesce((SELECT array_agg(DISTINCT rp.party_id) FROM %1$I.source_record_parties rp
      WHERE rp.record_id = key AND rp.record_type = $1 AND rp.record_label = %2$s AND rp.side = %3$L
        AND ($1 IN ('account', 'contact') OR rp.role IS DISTINCT FROM 'primary_contact')
        AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = %3$L AND o.party_id = rp.party_id)), '{}')$sql$,
    model, relinsights._live_label(model, 'source_record_parties', 'record_label'), side);
END;
COMMENT ON FUNCTION relinsights._live_people(text, relinsights.party_side) IS 'part of models: SQL for the people of one side of the record $1, key';

CREATE FUNCTION relinsights._live_head(model text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format(E'\nDECLARE\n  model constant text := %L;', model);
END;
COMMENT ON FUNCTION relinsights._live_head(text) IS 'part of models: how the body of a model''s live_kpi() begins while its schema has this name';

CREATE FUNCTION relinsights._live_function(model text) RETURNS regprocedure
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT p.oid::regprocedure FROM pg_proc p
  WHERE p.oid = to_regprocedure(format('%I.live_kpi(relinsights.record_type, text)', model))
    AND starts_with(p.prosrc, relinsights._live_head(model));
END;
COMMENT ON FUNCTION relinsights._live_function(text) IS 'part of models: a model''s live_kpi(); NULL where 0.1.0 made the model or its schema has been renamed, until the next refresh';

CREATE FUNCTION relinsights._make_live(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  person text := relinsights._column_type(model, 'opt_out', 'party_id');
  activity text := relinsights._column_type(model, 'source_activities', 'activity_id');
  body text;
  owner text;
BEGIN
  -- Static, so that a session plans it once. Few activities are looked up one by one; for many the lists go into a query
  -- of their own, whose plan knows how long they are.
  body := relinsights._live_head(model) || format($sql$
  key %2$s := $2;
  theirs %3$s[];
  ours %3$s[];
  ids %4$s[];
  result record;
BEGIN
  IF NOT EXISTS (SELECT FROM %1$I.source_records r WHERE r.record_id = key AND r.record_type = $1 AND r.record_label = %5$s) THEN
    RETURN;
  END IF;
  theirs := %6$s;
  IF $1 IN ('account', 'contact') THEN
    ids := ARRAY(
      SELECT a.activity_id FROM %1$I.source_activities a
      WHERE a.regarding_id = key AND a.regarding_type = $1 AND a.record_label = %8$s AND a.activity_id IS NOT NULL
      UNION
      SELECT q.activity_id FROM %1$I.source_participants q
      WHERE q.party_id = ANY (theirs) AND %9$s AND q.side <> 'us' AND q.role <> 'bcc' AND q.activity_id IS NOT NULL);
  ELSE
    -- OFFSET 0: look at the people of each such activity, not at everything that our people took part in.
    ours := %7$s;
    ids := ARRAY(
      SELECT a.activity_id FROM %1$I.source_activities a
      WHERE a.regarding_id = key AND a.regarding_type = $1 AND a.record_label = %8$s AND a.activity_id IS NOT NULL
      UNION
      SELECT q.activity_id FROM %1$I.source_participants q
      WHERE q.party_id = ANY (theirs) AND %9$s AND q.side <> 'us' AND q.role <> 'bcc' AND q.activity_id IS NOT NULL
        AND EXISTS (SELECT FROM %1$I.source_participants u WHERE u.activity_id = q.activity_id
                    AND u.party_id = ANY (ours) AND u.side <> 'them' AND u.role <> 'bcc' OFFSET 0));
  END IF;
  IF cardinality(ids) > 500 THEN
    EXECUTE relinsights._live_sql(model, $1, ids::text) INTO result USING $2;
  ELSE
    SELECT ROW($1, $2, %10$s)::relinsights.record_kpi_row AS kpi, s.found > s.different AS duplicates INTO result
    FROM (
      SELECT g.found, g.different, (g.all_of).* FROM (
        SELECT count(*) AS found, count(DISTINCT m.activity_id) AS different, %11$s FILTER (WHERE m.counts) AS all_of
        FROM (
          SELECT a.*, %12$s AND relinsights._people_gone(a.people) IS NOT TRUE AS counts
          FROM (SELECT a.*, (%13$s) AS people FROM %1$I.source_activities a
                WHERE a.activity_id = ANY (ids) OFFSET 0) a) m) g OFFSET 0) s
    CROSS JOIN (SELECT * FROM %1$I.settings LIMIT 1) c;
  END IF;
  IF result.kpi IS NULL AND result.duplicates IS NULL THEN
    PERFORM relinsights._check_settings(model);
  ELSIF result.duplicates THEN
    PERFORM relinsights._raise_live_duplicates(model, ids::text);
  END IF;
  RETURN NEXT result.kpi;
END;$sql$, model, relinsights._column_type(model, 'source_records', 'record_id'), person, activity,
    relinsights._live_label(model, 'source_records', 'record_label'), relinsights._live_people(model, 'them'),
    relinsights._live_people(model, 'us'),
    relinsights._live_label(model, 'source_activities', 'record_label'),
    relinsights._label_filter(model, 'source_participants', 'q.side_label', 'them'), relinsights._kpi_list(false), relinsights._record_agg_call(model), relinsights._counts(),
    relinsights._people_of_activity(model));
  IF to_regprocedure(format('%I.live_kpi(relinsights.record_type, text)', model)) IS NOT NULL THEN
    EXECUTE format('DROP FUNCTION %I.live_kpi(relinsights.record_type, text)', model);
  END IF;
  EXECUTE format($sql$CREATE FUNCTION %I.live_kpi(record_type relinsights.record_type, record_id text)
    RETURNS SETOF relinsights.record_kpi_row LANGUAGE plpgsql STABLE ROWS 1
    SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan AS %L$sql$, model, body);
  EXECUTE format('COMMENT ON FUNCTION %I.live_kpi(relinsights.record_type, text) IS %L', model,
    'one record''s KPIs from the sources now, with the caller''s rights: what relinsights.record_kpi() calls');
  -- A superuser may refresh as well.
  SELECT n.nspowner::regrole::text INTO owner FROM pg_namespace n WHERE n.nspname = model;
  EXECUTE format('ALTER FUNCTION %I.live_kpi(relinsights.record_type, text) OWNER TO %s', model, owner);
END;
$$;
COMMENT ON FUNCTION relinsights._make_live(text) IS 'part of models: makes live_kpi(), which computes one record''s KPIs from the sources';

CREATE FUNCTION relinsights._raise_live_duplicates(model text, activities text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key text;
BEGIN
  EXECUTE format('SELECT a.activity_id::text FROM %I.source_activities a WHERE a.activity_id = ANY (%L::%s[])
                  GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1',
                 model, activities, relinsights._column_type(model, 'source_activities', 'activity_id')) INTO key;
  PERFORM relinsights._raise_duplicates(model, 'activities', format('activity_id %s', key));
END;
$$;
COMMENT ON FUNCTION relinsights._raise_live_duplicates(text, text) IS 'part of models: the error of a live function that found an activity twice among these';

CREATE FUNCTION relinsights.record_kpi(model text, record_type relinsights.record_type, record_id text)
RETURNS SETOF relinsights.record_kpi_row LANGUAGE plpgsql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  activities text;
  r record;
BEGIN
  PERFORM relinsights._require_model(model);
  IF relinsights._live_function(model) IS NOT NULL THEN
    BEGIN
      RETURN QUERY EXECUTE format('SELECT * FROM %I.live_kpi($1, $2)', model) USING record_type, record_id;
      RETURN;
    EXCEPTION WHEN undefined_object OR undefined_table THEN  -- an enum of the sources has another name now, or more is amiss
    END;
  END IF;
  -- The same, planned at every call.
  activities := relinsights._live_activities(model, record_type, record_id);
  IF activities IS NULL THEN
    RETURN;
  END IF;
  EXECUTE relinsights._live_sql(model, record_type, activities) INTO r USING record_id;
  IF r.kpi IS NULL AND r.duplicates IS NULL THEN
    PERFORM relinsights._check_settings(model);
  ELSIF r.duplicates THEN
    PERFORM relinsights._raise_live_duplicates(model, activities);
  END IF;
  RETURN NEXT r.kpi;
EXCEPTION WHEN insufficient_privilege THEN
  PERFORM relinsights._raise_live_rights(model, SQLERRM);
END;
$$;
COMMENT ON FUNCTION relinsights.record_kpi(text, relinsights.record_type, text) IS 'the KPIs of one record computed from the sources now, as the row of record_kpi that a refresh would store; no row for an unknown record. Runs with the caller''s rights: it counts what the caller may see, and needs SELECT on the sources and on the model''s settings, opt_out and source views. Milliseconds where the sources are indexed (see check_model). Errors: unknown model, id of another type, right missing, unknown label, duplicate activity_id';
-- What people and BI tools read of a model (SPEC 5.3): views over its materialized views. They have the owner's
-- rights on those; only the subjects of activities are read with the viewer's own (_activity_subject()).

CREATE FUNCTION relinsights._make_views(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._make_record_views(model);
  PERFORM relinsights._make_lists(model);
  PERFORM relinsights._make_health(model);
  PERFORM relinsights._make_next_and_last(model);
END;
$$;
COMMENT ON FUNCTION relinsights._make_views(text) IS 'part of models: makes the views that people and BI tools read';

CREATE FUNCTION relinsights._make_record_views(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v record;
BEGIN
  FOR v IN SELECT * FROM (VALUES
      ('account', '{name,owner_id,state,created_at}'::text[]),
      ('contact', '{name,owner_id,account_id,state,created_at}'),
      ('opportunity', '{name,owner_id,account_id,state,created_at,closed_at,estimated_close_date,estimated_value}'),
      ('lead', '{name,owner_id,account_id,state,created_at,closed_at,estimated_close_date,estimated_value}')) t(type, own)
  LOOP
    EXECUTE format($sql$
      CREATE VIEW %1$I.%2$I AS
      SELECT k.record_id, %3$s, %4$s,
        (SELECT max(l.started) FROM %1$I.refresh_log l
         WHERE l.what = 'refresh' AND l.finished IS NOT NULL AND l.error IS NULL) AS refreshed_at
      FROM %1$I.record_kpi k
      LEFT JOIN %1$I.record_info i ON i.record_type = k.record_type AND i.record_id = k.record_id
      WHERE k.record_type = %5$L$sql$, model, v.type || '_kpi',
      (SELECT string_agg(format('k.%I', c.name), ', ' ORDER BY c.ordinal) FROM relinsights._kpi_columns() c),
      (SELECT string_agg(format('i.%I', o), ', ' ORDER BY n) FROM unnest(v.own) WITH ORDINALITY u(o, n)), v.type);
    PERFORM relinsights._describe(model, v.type || '_kpi', format('KPIs of every %s as of the last refresh', v.type), (
      SELECT ARRAY['record_id', format('the %s', v.type)]
             || array_agg(x.w ORDER BY c.ordinal, x.i)
      FROM (SELECT k.ordinal, k.name, k.words FROM relinsights._kpi_columns() k
            UNION ALL
            SELECT 1000 + o.n, o.name, format('%s of the %s', replace(o.name, '_', ' '), v.type)
            FROM unnest(v.own) WITH ORDINALITY o(name, n)
            UNION ALL
            SELECT 2000, 'refreshed_at', 'start of the last good refresh') c
      CROSS JOIN LATERAL (VALUES (1, c.name), (2, c.words)) x(i, w)));
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._make_record_views(text) IS 'part of models: makes account_kpi, contact_kpi, opportunity_kpi and lead_kpi';

CREATE FUNCTION relinsights._make_lists(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  party_type text := (SELECT format_type(a.atttypid, NULL) FROM pg_attribute a
                      WHERE a.attrelid = relinsights._relation(model, 'opt_out') AND a.attname = 'party_id');
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.relationship_activity AS
    SELECT k.record_type, k.record_id, t.day, t.emails_sent, t.emails_received, t.meetings_sent,
           t.meetings_received, t.calls_made, t.calls_received
    FROM %1$I.record_kpi k
    CROSS JOIN %1$I.settings c
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE c.time_zone)::date AS today) d
    CROSS JOIN LATERAL (
      SELECT s.day, s.emails_sent, s.emails_received, s.meetings_sent, s.meetings_received, s.calls_made, s.calls_received
      FROM relinsights.timeline(k.timeline, d.today, c.timeline_days) s
      UNION ALL
      SELECT d.today - g.n, 0, 0, 0, 0, 0, 0
      FROM generate_series(c.timeline_days - 1, 0, -1) g(n) WHERE k.timeline IS NULL) t$sql$, model);
  PERFORM relinsights._describe(model, 'relationship_activity', 'e-mails, meetings and phone calls of every record per day up to today, days without any included', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'day', 'a day in the model''s time zone; settings.timeline_days of them end today',
    'emails_sent', 'e-mails that we sent', 'emails_received', 'e-mails that they sent',
    'meetings_sent', 'meetings that we called', 'meetings_received', 'meetings that they called',
    'calls_made', 'phone calls that we made', 'calls_received', 'phone calls that they made']);

  -- As many more are asked for as people opted out since the refresh, then those are left out.
  EXECUTE format($sql$
    CREATE VIEW %1$I.top_contacts AS
    SELECT k.record_type, k.record_id, s.side, t.rank, t.party::%2$s AS party_id, t.interactions, t.emails,
           t.meetings, t.phone_calls, t.initiated_by_us, t.initiated_by_them, t.last_interaction_at
    FROM %1$I.record_kpi k
    CROSS JOIN LATERAL (VALUES ('them'::relinsights.party_side, k.their_contacts), ('us', k.our_contacts)) s(side, people)
    CROSS JOIN LATERAL (
      SELECT row_number() OVER (ORDER BY p.rank) AS rank, p.party, p.interactions, p.emails, p.meetings,
             p.phone_calls, p.initiated_by_us, p.initiated_by_them, p.last_interaction_at
      FROM relinsights.top_contacts(s.people,
        3 + (SELECT count(*) FROM %1$I.opt_out o WHERE o.side::relinsights.party_side = s.side)::int) p
      WHERE NOT EXISTS (SELECT FROM %1$I.opt_out o
                        WHERE o.side::relinsights.party_side = s.side AND o.party_id = p.party::%2$s)) t
    WHERE t.rank <= 3$sql$, model, party_type);
  PERFORM relinsights._describe(model, 'top_contacts', 'the three people of each side with most interactions in a record''s activities: theirs are the most contacted, ours those most contacted by', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'side', 'us or them', 'rank', '1 for the most interactions; equal ones: the later last interaction first',
    'party_id', 'the person; who has opted out is not here', 'interactions', 'completed activities with this person',
    'emails', 'e-mails among them', 'meetings', 'meetings among them', 'phone_calls', 'phone calls among them',
    'initiated_by_us', 'those that we started', 'initiated_by_them', 'those that they started',
    'last_interaction_at', 'the last of them']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_lists(text) IS 'part of models: makes relationship_activity and top_contacts';

CREATE FUNCTION relinsights._make_health(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- A record whose state is not known counts as open or active.
  EXECUTE format($sql$
    CREATE VIEW %1$I.relationship_health AS
    SELECT k.record_type, k.record_id, h.score, h.grade, h.trend, coalesce(h.state, 'not_enough_info') AS state,
           h.activity, h.recency, h.engagement, d.today AS as_of
    FROM %1$I.record_kpi k
    LEFT JOIN %1$I.record_info i ON i.record_type = k.record_type AND i.record_id = k.record_id
    CROSS JOIN %1$I.settings c
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE c.time_zone)::date AS today) d
    LEFT JOIN LATERAL relinsights.relationship_health(k.timeline, d.today, c.health_frequency,
      ROW(c.health_weights[1], c.health_weights[2], c.health_weights[3], c.health_weights[4],
          c.health_weights[5])::relinsights.health_weights, c.health_good, c.health_fair) h ON true
    WHERE k.record_type = 'contact'
       OR (k.record_type = 'lead' AND coalesce(i.state, 'active') = 'active')
       OR (k.record_type = 'opportunity' AND coalesce(i.state, 'open') = 'open')$sql$, model);
  PERFORM relinsights._describe(model, 'relationship_health', 'health of the relationship as of today for contacts, active leads and open opportunities', ARRAY[
    'record_type', 'contact, opportunity or lead', 'record_id', 'the record',
    'score', '0..100; NULL with fewer than 2 activities', 'grade', 'good, fair or poor by the model''s thresholds',
    'trend', 'improving, steady or declining', 'state', 'ok or not_enough_info',
    'activity', 'activity as of the last one, weighted and faded, 0 or more', 'recency', 'what silence since then has left of it, 0..1',
    'engagement', 'how much comes from them, 0.6..1; the score follows from these three: see relinsights.relationship_health', 'as_of', 'today in the model''s time zone']);

  EXECUTE format($sql$
    CREATE VIEW %1$I.relationship_pipeline AS
    SELECT h.record_id, i.name, i.account_id, i.owner_id, i.estimated_close_date, i.estimated_value,
           h.score, h.grade, h.trend, h.state
    FROM %1$I.relationship_health h
    JOIN %1$I.record_info i ON i.record_type = h.record_type AND i.record_id = h.record_id
    WHERE h.record_type = 'opportunity' AND i.estimated_close_date >= h.as_of$sql$, model);
  PERFORM relinsights._describe(model, 'relationship_pipeline', 'open opportunities that should close today or later: close date, value and health, for a bubble chart', ARRAY[
    'record_id', 'the opportunity', 'name', 'its name', 'account_id', 'its account', 'owner_id', 'its owner',
    'estimated_close_date', 'expected closing day', 'estimated_value', 'expected value',
    'score', 'health 0..100; NULL with fewer than 2 activities', 'grade', 'good, fair or poor',
    'trend', 'improving, steady or declining', 'state', 'ok or not_enough_info']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_health(text) IS 'part of models: makes relationship_health and relationship_pipeline';

CREATE FUNCTION relinsights._activity_subject(activities regclass, activity_id text, id_type regtype) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject text;
BEGIN
  IF activity_id IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT a.subject::text FROM %s a WHERE a.activity_id = $1::%s LIMIT 1', activities, id_type)
    INTO subject USING activity_id;
  RETURN subject;
EXCEPTION WHEN insufficient_privilege OR undefined_object OR undefined_column THEN
  -- No right, no user mapping for a foreign table, or the column was dropped.
  RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relinsights._activity_subject(regclass, text, regtype) IS 'part of models: the subject of an activity, read with the rights of whoever looks at it; NULL where that person may not';

CREATE FUNCTION relinsights._shows_subjects(activities regclass, by_view_owner boolean) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT by_view_owner OR NOT relinsights._hides_row_security(activities);
END;
COMMENT ON FUNCTION relinsights._shows_subjects(regclass, boolean) IS 'part of models: whether subjects may be read from these activities: the reader''s rights decide there, or the model''s owner said that the view owner''s may';

CREATE FUNCTION relinsights._subject_sql(model text, alias text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce((
    SELECT format('CASE WHEN (SELECT relinsights._shows_subjects(%1$L::regclass, c.subjects_by_view_owner) FROM %2$I.settings c) '
                  'THEN relinsights._activity_subject(%1$L::regclass, %3$s.activity_id::text, %4$L::regtype) END',
                  v.activities, model, alias, format_type(i.atttypid, NULL))
    FROM (SELECT relinsights._source(model, 'activities') AS activities) v
    JOIN pg_attribute i ON i.attrelid = relinsights._relation(model, 'source_activities') AND i.attname = 'activity_id'
    JOIN pg_attribute s ON s.attrelid = v.activities AND s.attname = 'subject' AND NOT s.attisdropped), 'NULL::text');
END;
COMMENT ON FUNCTION relinsights._subject_sql(text, text) IS 'part of models: SQL for the subject of the activity in alias.activity_id as the viewer may read it';

CREATE FUNCTION relinsights._shown_sql(model text, alias text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- An activity of which everyone of theirs has opted out since the refresh is gone at once.
  SELECT format($sql$(%2$s.their_people IS NULL OR EXISTS (
      SELECT FROM unnest(%2$s.their_people) u(party)
      WHERE NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'them' AND o.party_id::text = u.party)))$sql$, model, alias);
END;
COMMENT ON FUNCTION relinsights._shown_sql(text, text) IS 'part of models: SQL for whether a row of interaction_times is still to be shown';

CREATE FUNCTION relinsights._make_next_and_last(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.next_and_last_interaction AS
    SELECT i.record_type, i.record_id, i.name,
      l.occurred_at AS last_interaction_at, l.kind AS last_kind, l.direction AS last_direction,
      l.activity_id AS last_activity_id, %2$s AS last_subject,
      n.occurred_at AS next_interaction_at, n.kind AS next_kind, n.direction AS next_direction,
      n.activity_id AS next_activity_id, %3$s AS next_subject
    FROM %1$I.record_info i
    LEFT JOIN %1$I.interaction_times l ON l.record_type = i.record_type AND l.record_id = i.record_id
      AND l.status = 'completed' AND %4$s
    LEFT JOIN LATERAL (
      SELECT t.* FROM %1$I.interaction_times t
      WHERE t.record_type = i.record_type AND t.record_id = i.record_id AND t.status = 'scheduled'
        AND t.occurred_at > now() AND %5$s
      ORDER BY t.occurred_at, t.activity_id::text COLLATE "C" LIMIT 1) n ON true
    WHERE i.record_type IN ('opportunity', 'lead')$sql$, model,
    relinsights._subject_sql(model, 'l'), relinsights._subject_sql(model, 'n'),
    relinsights._shown_sql(model, 'l'), relinsights._shown_sql(model, 't'));
  PERFORM relinsights._describe(model, 'next_and_last_interaction', 'last completed and next scheduled activity of every opportunity and lead; times as of the last refresh, next as of now, subjects only of what the viewer may read', ARRAY[
    'record_type', 'opportunity or lead', 'record_id', 'the record', 'name', 'its name',
    'last_interaction_at', 'the last completed activity; NULL if there is none', 'last_kind', 'its kind',
    'last_direction', 'outbound: started by us; inbound: by them', 'last_activity_id', 'its id',
    'last_subject', 'its subject; NULL without the right to read it',
    'next_interaction_at', 'the next scheduled activity; NULL if there is none', 'next_kind', 'its kind',
    'next_direction', 'outbound: started by us; inbound: by them', 'next_activity_id', 'its id',
    'next_subject', 'its subject; NULL without the right to read it']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_next_and_last(text) IS 'part of models: makes next_and_last_interaction';
-- People who want no part in it (SPEC 5.6): opt out, opt in, and a report of what is held about one person.

CREATE FUNCTION relinsights._check_opt_out(model text, side relinsights.party_side, party_id text, action text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_model(model);
  IF side IS NULL OR party_id IS NULL THEN
    RAISE null_value_not_allowed USING MESSAGE = 'an opt-out needs a side and a party_id',
      HINT = 'Give us or them, and the person''s id.';
  ELSIF NOT has_table_privilege(relinsights._relation(model, 'opt_out'), action) THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('permission denied to change the opt-outs of model "%s"', model),
      HINT = format('GRANT SELECT, INSERT, DELETE ON %I.opt_out TO %I;', model, current_user);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_opt_out(text, relinsights.party_side, text, text) IS 'part of models: an error unless someone is named and the caller has INSERT or DELETE on the opt-outs of a model';

CREATE FUNCTION relinsights.opt_out(model text, side relinsights.party_side, party_id text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  changed bigint;
BEGIN
  PERFORM relinsights._check_opt_out(model, side, party_id, 'INSERT');
  EXECUTE format('INSERT INTO %I.opt_out (side, party_id) VALUES ($1, $2::%s) ON CONFLICT DO NOTHING',
                 model, relinsights._column_type(model, 'opt_out', 'party_id')) USING side::text, party_id;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed = 0 THEN
    RAISE NOTICE USING MESSAGE = format('%s of side %s has already opted out of model "%s"', party_id, side, model);
  ELSE
    RAISE NOTICE USING
      MESSAGE = format('lists and live KPIs of model "%s" leave the person out now, stored counts at the next refresh', model),
      HINT = format('CALL relinsights.refresh(%L);', model);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.opt_out(text, relinsights.party_side, text) IS 'takes one person out of every KPI, list and sentence of a model: at once in live functions and lists, in stored counts at the next refresh, as a NOTICE says. Needs INSERT on the model''s opt_out. Errors: unknown model, id of another type, NULL, right missing';

CREATE FUNCTION relinsights.opt_in(model text, side relinsights.party_side, party_id text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  changed bigint;
BEGIN
  PERFORM relinsights._check_opt_out(model, side, party_id, 'DELETE');
  EXECUTE format('DELETE FROM %I.opt_out o WHERE o.side = $1 AND o.party_id = $2::%s',
                 model, relinsights._column_type(model, 'opt_out', 'party_id')) USING side::text, party_id;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed = 0 THEN
    RAISE NOTICE USING MESSAGE = format('%s of side %s had not opted out of model "%s"', party_id, side, model);
  ELSE
    RAISE NOTICE USING
      MESSAGE = format('stored KPIs of model "%s" count the person again after the next refresh', model),
      HINT = format('CALL relinsights.refresh(%L);', model);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.opt_in(text, relinsights.party_side, text) IS 'takes an opt-out back: live functions count the person at once, stored KPIs after the next refresh. Needs DELETE on the model''s opt_out. Errors: unknown model, id of another type, right missing';

CREATE FUNCTION relinsights.person_report(
  model text, side relinsights.party_side, party_id text,
  OUT held_in text, OUT record_type relinsights.record_type, OUT record_id text, OUT activity_id text, OUT held jsonb)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_model(model);
  RETURN QUERY EXECUTE format($sql$
    SELECT 'opt_out', NULL::relinsights.record_type, NULL::text, NULL::text, jsonb_build_object('since', o.since)
    FROM %1$I.opt_out o WHERE o.side = $1::text AND o.party_id = $2::%2$s
    UNION ALL
    SELECT 'record_parties', rp.record_type, rp.record_id::text, NULL, jsonb_build_object('role', rp.role)
    FROM %1$I.source_record_parties rp WHERE rp.side = $1 AND rp.party_id = $2::%2$s
    UNION ALL
    SELECT 'participants', NULL, NULL, q.activity_id::text,
           jsonb_build_object('role', q.role, 'kind', a.kind, 'direction', a.direction, 'status', a.status,
                              'occurred_at', a.occurred_at)
    FROM %1$I.source_participants q LEFT JOIN %1$I.source_activities a ON a.activity_id = q.activity_id
    WHERE q.side = $1 AND q.party_id = $2::%2$s$sql$, model, relinsights._column_type(model, 'opt_out', 'party_id')) USING side, party_id;
  IF (SELECT bool_and(c.relispopulated) FROM pg_class c WHERE c.oid IN
      (relinsights._relation(model, 'record_kpi'), relinsights._relation(model, 'interaction_times'))) THEN
    RETURN QUERY EXECUTE format($sql$
      SELECT 'record_kpi', k.record_type, k.record_id::text, NULL::text, to_jsonb(p) - 'rank' - 'party'
      FROM %1$I.record_kpi k
      CROSS JOIN LATERAL (SELECT CASE $1 WHEN 'them' THEN k.their_contacts ELSE k.our_contacts END AS people) s
      CROSS JOIN LATERAL relinsights.top_contacts(s.people, relinsights.contacts(s.people)::int) p
      WHERE p.party = ($2::%2$s)::text
      UNION ALL
      SELECT 'interaction_times', t.record_type, t.record_id::text, t.activity_id::text,
             jsonb_build_object('status', t.status, 'kind', t.kind, 'occurred_at', t.occurred_at)
      FROM %1$I.interaction_times t WHERE $1 = 'them' AND ($2::%2$s)::text = ANY (t.their_people)$sql$,
      model, relinsights._column_type(model, 'opt_out', 'party_id')) USING side, party_id;
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.person_report(text, relinsights.party_side, text) IS 'what the sources and the model hold about one person, one row each: opt-out, links to records, part in activities, and the stored counts per record. Runs with the caller''s rights; no row for an unknown person. Errors: unknown model, id of another type, right missing';
-- Refreshing a model (SPEC 5.5). The procedure commits, so it cannot pin its search_path: it only calls
-- functions that do. One transaction logs the start, the next does the work and logs the end.

CREATE FUNCTION relinsights._lock_key(model text, what text) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- High half: a number of ours for each of the two refreshes; low half: the model's schema.
  SELECT ((1919249513::bigint + CASE what WHEN 'refresh' THEN 0 ELSE 1 END) << 32) | n.oid::bigint
  FROM pg_namespace n WHERE n.nspname = model;
END;
COMMENT ON FUNCTION relinsights._lock_key(text, text) IS 'part of models: the advisory lock held while refresh or similar_deals of a model runs';

CREATE FUNCTION relinsights._no_commit_message() RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  COMMIT;
  RETURN NULL;
EXCEPTION WHEN invalid_transaction_termination THEN
  RETURN SQLERRM;
END;
$$;
COMMENT ON FUNCTION relinsights._no_commit_message() IS 'part of models: what PostgreSQL says, in this session''s language, to a COMMIT where a caller''s transaction is open';

CREATE FUNCTION relinsights._refuse_transaction(commit_message text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF commit_message = relinsights._no_commit_message() THEN
    RAISE active_sql_transaction USING
      MESSAGE = 'a model cannot be refreshed inside a transaction',
      DETAIL = 'A refresh commits: its log must outlive a failure.',
      HINT = 'CALL it outside BEGIN ... COMMIT, as the only statement of its message, and not from a function.';
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._refuse_transaction(text) IS 'part of models: an error where the message that a procedure''s COMMIT got says that it runs in a caller''s transaction';

CREATE FUNCTION relinsights._refresh_start(model text, what text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  run bigint;
BEGIN
  PERFORM relinsights._require_owner(model);
  PERFORM relinsights._relation(model, 'refresh_log');
  IF NOT pg_try_advisory_xact_lock(relinsights._lock_key(model, what)) THEN
    RAISE NOTICE USING
      MESSAGE = format('a refresh of model "%s" is already running: nothing done', model),
      HINT = format('SELECT * FROM relinsights.refresh_status(%L);', model);
    RETURN NULL;
  END IF;
  EXECUTE format('INSERT INTO %I.refresh_log (what) VALUES ($1) RETURNING id', model) INTO run USING what;
  RETURN run;
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_start(text, text) IS 'part of models: logs the start of a refresh and gives its number in refresh_log; NULL and a NOTICE where one is running. Errors: unknown model, not its owner';

CREATE FUNCTION relinsights._refresh_lock(model text, what text, run bigint) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF pg_try_advisory_xact_lock(relinsights._lock_key(model, what)) THEN
    RETURN true;
  END IF;
  -- Another one slipped in between the two transactions.
  EXECUTE format('DELETE FROM %I.refresh_log WHERE id = $1', model) USING run;
  RAISE NOTICE USING MESSAGE = format('a refresh of model "%s" is already running: nothing done', model);
  RETURN false;
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_lock(text, text, bigint) IS 'part of models: takes the lock of a refresh that was logged; false and a NOTICE where another has it';

CREATE FUNCTION relinsights._refresh_end(model text, run bigint, rows bigint, error text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('UPDATE %I.refresh_log SET finished = clock_timestamp(), rows = $2, error = $3 WHERE id = $1', model)
    USING run, rows, error;
  EXECUTE format('DELETE FROM %1$I.refresh_log l USING %1$I.settings c
                  WHERE l.started < now() - make_interval(days => c.refresh_log_days) AND l.id <> $1', model)
    USING run;
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_end(text, bigint, bigint, text) IS 'part of models: logs the end of a refresh and forgets what refresh_log_days says';

CREATE FUNCTION relinsights._refresh_view(model text, relation text, concurrent boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  filled boolean := (SELECT c.relispopulated FROM pg_class c WHERE c.oid = relinsights._relation(model, relation));
BEGIN
  EXECUTE format('REFRESH MATERIALIZED VIEW %s %I.%I',
                 CASE WHEN concurrent AND filled THEN 'CONCURRENTLY' ELSE '' END, model, relation);
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_view(text, text, boolean) IS 'part of models: refreshes one materialized view of a model, plainly where it was never filled';

CREATE FUNCTION relinsights._check_settings(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rows bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM %I.settings', model) INTO rows;
  IF rows = 0 THEN
    RAISE no_data_found USING MESSAGE = format('the settings of model "%s" are gone', model),
      DETAIL = 'Without their row no KPI can be computed.',
      HINT = format('INSERT INTO %I.settings (time_zone) VALUES (%L);', model, relinsights._database_time_zone());
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_settings(text) IS 'part of models: an error where someone deleted the one row of settings';

CREATE FUNCTION relinsights._check_unique(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key text;
BEGIN
  IF relinsights._source(model, 'records') IS NOT NULL THEN
    EXECUTE format('SELECT format(''(%%s, %%s)'', r.record_type, r.record_id) FROM %I.source_records r
                    WHERE r.record_type IS NOT NULL AND r.record_id IS NOT NULL
                    GROUP BY r.record_type, r.record_id HAVING count(*) > 1 LIMIT 1', model) INTO key;
    IF key IS NOT NULL THEN
      PERFORM relinsights._raise_duplicates(model, 'records', 'record ' || key);
    END IF;
  END IF;
  IF NOT relinsights._proven_unique(relinsights._source(model, 'activities'), 'activity_id') THEN
    EXECUTE format('SELECT a.activity_id::text FROM %I.source_activities a WHERE a.activity_id IS NOT NULL
                    GROUP BY a.activity_id HAVING count(*) > 1 LIMIT 1', model) INTO key;
    IF key IS NOT NULL THEN
      PERFORM relinsights._raise_duplicates(model, 'activities', 'activity_id ' || key);
    END IF;
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_unique(text) IS 'part of models: an error that names a record or activity that stands in its source more than once';

CREATE FUNCTION relinsights._proven_unique(relation regclass, column_name text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = column_name
    WHERE i.indrelid = relation AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indnkeyatts = 1
      AND i.indkey[0] = a.attnum AND i.indpred IS NULL);
END;
COMMENT ON FUNCTION relinsights._proven_unique(regclass, text) IS 'part of models: whether a unique index proves that a column has no duplicates';

CREATE FUNCTION relinsights._refresh_run(model text, what text, run bigint, concurrent boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- Compiling the long select lists takes seconds and saves none.
SET jit = off
AS $$
DECLARE
  rows bigint;
BEGIN
  IF NOT relinsights._refresh_lock(model, what, run) THEN
    RETURN;
  END IF;
  IF what = 'similar_deals' THEN
    rows := relinsights._refresh_deals(model, concurrent);
  ELSE
    PERFORM relinsights._check_settings(model);
    IF relinsights._live_function(model) IS NULL THEN
      PERFORM relinsights._make_live(model);
    END IF;
    -- A refresh is maintenance: it may use as much memory as making an index may.
    IF pg_size_bytes(current_setting('maintenance_work_mem')) > pg_size_bytes(current_setting('work_mem')) THEN
      PERFORM set_config('work_mem', current_setting('maintenance_work_mem'), true);
    END IF;
    PERFORM relinsights._check_unique(model);
    -- Tables that were never analyzed count as hundreds of rows, which would spoil the plan of a million.
    EXECUTE format('ANALYZE %1$I.settings, %1$I.opt_out', model);
    PERFORM relinsights._refresh_view(model, 'record_kpi', concurrent);
    PERFORM relinsights._refresh_view(model, 'record_info', concurrent);
    PERFORM relinsights._refresh_view(model, 'interaction_times', concurrent);
    IF NOT (SELECT c.relispopulated FROM pg_class c WHERE c.oid = relinsights._relation(model, 'similar_won_deals')) THEN
      PERFORM relinsights._refresh_deals(model, false);
    END IF;
    EXECUTE format('SELECT count(*) FROM %I.record_kpi', model) INTO rows;
  END IF;
  PERFORM relinsights._refresh_end(model, run, rows, NULL);
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_run(text, text, bigint, boolean) IS 'part of models: does the work of a refresh that was logged, all of it or nothing';

CREATE PROCEDURE relinsights._run_refresh(model text, what text, concurrently boolean)
LANGUAGE plpgsql
AS $$
DECLARE
  -- Not pinned: only here is the type itself looked up in the caller's search_path.
  run bigint;
  code pg_catalog.text;
  message pg_catalog.text;
  detail pg_catalog.text;
  hint pg_catalog.text;
BEGIN
  BEGIN
    COMMIT;
  EXCEPTION WHEN invalid_transaction_termination THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
  END;
  PERFORM relinsights._refuse_transaction(message);
  run := relinsights._refresh_start(model, what);
  IF run IS NULL THEN
    RETURN;
  END IF;
  COMMIT;
  BEGIN
    PERFORM relinsights._refresh_run(model, what, run, "concurrently");
    RETURN;
  EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
      hint = PG_EXCEPTION_HINT;
  END;
  PERFORM relinsights._refresh_end(model, run, NULL, message);
  COMMIT;
  PERFORM relinsights._raise_refresh_error(model, code, message, detail, hint);
END;
$$;
COMMENT ON PROCEDURE relinsights._run_refresh(text, text, boolean) IS 'part of models: logs, does and logs again one refresh or one of the similar deals';

CREATE PROCEDURE relinsights.refresh(model text, concurrently boolean DEFAULT true)
LANGUAGE plpgsql
AS $$
BEGIN
  CALL relinsights._run_refresh(model, 'refresh', "concurrently");
END;
$$;
COMMENT ON PROCEDURE relinsights.refresh(text, boolean) IS 'refreshes the stored KPIs of a model (and its similar deals if they were never filled), for its owner, and logs it in the model''s refresh_log; concurrently: readers are never blocked (the first refresh is always plain). A failed refresh leaves the old content, is logged and raises its error; a second one while one runs does nothing and says so. Errors: unknown model, not its owner, inside a transaction, unknown label, duplicate record or activity id, whatever the sources raise';

CREATE FUNCTION relinsights._raise_refresh_error(model text, code text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message,
    DETAIL = coalesce(nullif(detail, ''), format('Refreshing model "%s" failed; its old content is still there.', model)),
    HINT = coalesce(nullif(hint, ''), CASE WHEN code LIKE '22%'
      THEN format('SELECT * FROM relinsights.check_model(%L); lists source rows that cannot be read.', model)
      ELSE format('See %I.refresh_log.', model) END);
END;
$$;
COMMENT ON FUNCTION relinsights._raise_refresh_error(text, text, text, text, text) IS 'part of models: raises the error of a failed refresh again, with what to do where PostgreSQL says nothing';

CREATE FUNCTION relinsights._refresh_phase(model text, holder int) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- A refresh locks its materialized views one after the other: the last one locked is being refreshed.
  SELECT coalesce((
    SELECT v.name FROM unnest(ARRAY['record_kpi', 'record_info', 'interaction_times', 'deal_factors', 'similar_won_deals'])
      WITH ORDINALITY v(name, place)
    JOIN pg_class c ON c.relname = v.name
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = model
    JOIN pg_locks l ON l.locktype = 'relation' AND l.relation = c.oid AND l.pid = holder AND l.granted
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.mode IN ('ExclusiveLock', 'AccessExclusiveLock')
    ORDER BY v.place DESC LIMIT 1), 'checking sources');
END;
COMMENT ON FUNCTION relinsights._refresh_phase(text, int) IS 'part of models: the relation that the process refreshing a model is at';

CREATE FUNCTION relinsights.refresh_status(
  model text, OUT what text, OUT state text, OUT last_good timestamptz, OUT age interval, OUT last_started timestamptz,
  OUT last_error text, OUT phase text, OUT next_run timestamptz)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_model(model);
  PERFORM relinsights._relation(model, 'refresh_log');
  FOR what IN VALUES ('refresh'), ('similar_deals') LOOP
    EXECUTE format($sql$
      SELECT CASE WHEN h.pid IS NOT NULL THEN 'running' WHEN l.id IS NULL THEN 'never'
                  WHEN l.finished IS NULL THEN 'interrupted' WHEN l.error IS NOT NULL THEN 'failed' ELSE 'ok' END,
             g.started, date_trunc('second', clock_timestamp() - g.started), l.started, l.error,
             CASE WHEN h.pid IS NOT NULL THEN relinsights._refresh_phase($2, h.pid) END
      FROM (SELECT max(started) AS started FROM %1$I.refresh_log
            WHERE what = $1 AND finished IS NOT NULL AND error IS NULL) g
      LEFT JOIN (SELECT * FROM %1$I.refresh_log WHERE what = $1 ORDER BY id DESC LIMIT 1) l ON true
      LEFT JOIN (SELECT k.pid FROM pg_locks k
                 WHERE k.locktype = 'advisory' AND k.granted AND k.objsubid = 1
                   AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                   AND (k.classid::bigint << 32) | k.objid::bigint = $3 LIMIT 1) h ON true$sql$, model)
      INTO state, last_good, age, last_started, last_error, phase
      USING what, model, relinsights._lock_key(model, what);
    next_run := relinsights._next_run(model, what);
    RETURN NEXT;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights.refresh_status(text) IS 'one row each for refresh and similar_deals: state (running, ok, failed, interrupted, never), start and age of the last good one, start and error of the last one, the relation a running one is at, and the next scheduled run. Needs SELECT on the model''s refresh_log. Errors: unknown model, right missing';
-- What will not count in a model and why, and what will be slow: relinsights.check_model() (SPEC 5.1).

CREATE FUNCTION relinsights._row_checks(model text, OUT source text, OUT problem text, OUT condition text, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  c record;
  has text[];
  records regclass := relinsights._source(model, 'records');
BEGIN
  -- Conditions on x, the source itself: the model's view of it would stop at the first unknown label.
  FOR c IN SELECT * FROM relinsights._described_columns(
      relinsights._source(model, 'activities'), relinsights._source(model, 'participants'), records,
      relinsights._source(model, 'record_parties')) d WHERE d.given ORDER BY d.ordinal LOOP
    has := has || (c.source || '.' || c.name);
    IF c.family = 'label' THEN
      source := c.source;
      problem := format('unknown label in %s: a refresh fails', c.name);
      condition := format('x.%I::text <> ALL (%L)', c.name,
        (SELECT array_agg(e.enumlabel) FROM pg_enum e WHERE e.enumtypid = format('relinsights.%I', c.target)::regtype));
      example := format('x.%I::text', c.name);
      advice := format('Known are: %s. Map the others, to NULL where they should not count.',
        (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e
         WHERE e.enumtypid = format('relinsights.%I', c.target)::regtype));
      RETURN NEXT;
    END IF;
  END LOOP;
  FOR source, problem, condition, example, advice IN
    SELECT v.source, v.problem, v.condition, v.example, v.advice FROM (VALUES
      ('activities', 'without activity_id, kind, direction or time: counts nowhere',
       'x.activity_id IS NULL OR x.kind IS NULL OR x.direction IS NULL OR x.occurred_at IS NULL', 'x.activity_id::text', 'Fill them in.', '{}'::text[]),
      ('activities', 'infinite time: a refresh fails', 'NOT isfinite(x.occurred_at)', 'x.activity_id::text', 'Give a time or NULL.', '{}'),
      ('activities', 'negative duration: a refresh fails', 'x.duration < ''0''', 'x.activity_id::text', 'Give NULL where it is not known.', '{activities.duration}'),
      ('activities', 'e-mail without thread_id: no response can be found', 'x.kind::text = ''email'' AND x.thread_id IS NULL', 'x.activity_id::text', 'Map the conversation to thread_id.', '{activities.thread_id}'),
      ('activities', 'regarding_type or regarding_id alone: no regarding', 'num_nonnulls(x.regarding_type, x.regarding_id) = 1', 'x.activity_id::text', 'Fill in both or neither.', '{activities.regarding_id}'),
      ('activities', 'regarding an unknown record: not counted there',
       format('x.regarding_id IS NOT NULL AND x.regarding_type IS NOT NULL AND NOT EXISTS (SELECT FROM %s r WHERE r.record_id = x.regarding_id AND r.record_type::text = x.regarding_type::text)', records),
       'format(''%s %s'', x.regarding_type, x.regarding_id)', 'Add the record, or leave it.', '{activities.regarding_id,records.record_id}'),
      ('participants', 'without activity_id, side or party_id: takes no part', 'x.activity_id IS NULL OR x.side IS NULL OR x.party_id IS NULL', 'x.activity_id::text', 'Fill them in.', '{}'),
      ('participants', 'without role: takes no part', 'x.role IS NULL', 'x.activity_id::text', 'Map the role, to ''required'' where it is not known.', '{}'),
      ('participants', 'of an unknown activity: counts nowhere', format('x.activity_id IS NOT NULL AND NOT EXISTS (SELECT FROM %s a WHERE a.activity_id = x.activity_id)',
        relinsights._source(model, 'activities')), 'x.activity_id::text', 'Add the activity, or leave it.', '{}'),
      ('records', 'without record_type or record_id: not shown', 'x.record_type IS NULL OR x.record_id IS NULL', 'x.record_id::text', 'Fill them in.', '{}'),
      ('record_parties', 'without record, side or person: links nothing', 'x.record_type IS NULL OR x.record_id IS NULL OR x.side IS NULL OR x.party_id IS NULL', 'x.record_id::text', 'Fill them in.', '{}'),
      ('record_parties', 'of an unknown record: links nothing', format('x.record_id IS NOT NULL AND NOT EXISTS (SELECT FROM %s r WHERE r.record_id = x.record_id AND r.record_type::text = x.record_type::text)', records),
       'format(''%s %s'', x.record_type, x.record_id)', 'Add the record, or leave it.', '{records.record_id}')
    ) v(source, problem, condition, example, advice, needs)
    WHERE relinsights._source(model, v.source) IS NOT NULL AND v.needs <@ has
  LOOP
    RETURN NEXT;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._row_checks(text) IS 'part of models: conditions under which a row of a source does not count, each with an example and advice';

CREATE FUNCTION relinsights._check_rows(model text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s record;
  counts bigint[];
  examples text[];
BEGIN
  FOR s IN
    SELECT c.source, array_agg(c.problem ORDER BY c.n) AS problems, array_agg(c.advice ORDER BY c.n) AS advices,
      string_agg(format('count(*) FILTER (WHERE %s)', c.condition), ', ' ORDER BY c.n) AS counting,
      string_agg(format('min(%s) FILTER (WHERE %s)', c.example, c.condition), ', ' ORDER BY c.n) AS showing
    FROM relinsights._row_checks(model) WITH ORDINALITY c(source, problem, condition, example, advice, n)
    GROUP BY c.source ORDER BY min(c.n)
  LOOP
    EXECUTE format('SELECT ARRAY[%s], ARRAY[%s] FROM %s x', s.counting, s.showing, relinsights._source(model, s.source))
      INTO counts, examples;
    source := s.source;
    FOR i IN 1 .. cardinality(counts) LOOP
      CONTINUE WHEN counts[i] = 0;
      problem := s.problems[i];
      rows := counts[i];
      example := examples[i];
      advice := s.advices[i];
      RETURN NEXT;
    END LOOP;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_rows(text) IS 'part of models: rows of the sources that do not count, and why';

CREATE FUNCTION relinsights._check_duplicates(model text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  advice := 'Each must be there once.';
  FOR source, problem, example IN VALUES ('activities', 'duplicate activity_id: a refresh fails', 'x.activity_id::text'),
      ('records', 'duplicate record: a refresh fails', 'format(''%s %s'', x.record_type, x.record_id)') LOOP
    CONTINUE WHEN relinsights._source(model, source) IS NULL;
    EXECUTE format('SELECT count(*), min(k) FROM (SELECT %1$s AS k FROM %2$s x WHERE %3$s IS NOT NULL GROUP BY 1 HAVING count(*) > 1) d',
      example, relinsights._source(model, source), CASE source WHEN 'records' THEN 'x.record_type IS NOT NULL AND x.record_id' ELSE 'x.activity_id' END)
      INTO rows, example;
    IF rows > 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_duplicates(text) IS 'part of models: ids that stand in their source more than once';

CREATE FUNCTION relinsights._check_unlinked(model text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('SELECT count(*), min(a.activity_id::text) FROM %1$I.source_activities a
    WHERE a.status = ''completed'' AND NOT EXISTS (SELECT FROM %1$I.record_activity m WHERE m.activity_id = a.activity_id)', model)
    INTO rows, example;
  source := 'activities';
  problem := 'completed, but belongs to no record';
  advice := 'Say what it regards, or list its people in record_parties; among ourselves, leave it.';
END;
$$;
COMMENT ON FUNCTION relinsights._check_unlinked(text) IS 'part of models: completed activities that belong to no record';

CREATE FUNCTION relinsights._check_indexes(model text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
  key text;
  plan json;
BEGIN
  -- The planner is asked, so that views and expressions are seen through.
  FOR source, key, advice IN SELECT * FROM (VALUES
      ('activities', 'activity_id', '(activity_id)'), ('activities', 'regarding_id', '(regarding_type, regarding_id)'),
      ('participants', 'activity_id', '(activity_id)'), ('participants', 'party_id', '(party_id)'),
      ('records', 'record_id', '(record_type, record_id)'), ('record_parties', 'record_id', '(record_type, record_id)')) v
  LOOP
    CONTINUE WHEN relinsights._source(model, source) IS NULL OR NOT EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = relinsights._source(model, source) AND a.attname = key AND NOT a.attisdropped);
    EXECUTE format('EXPLAIN (FORMAT JSON, COSTS OFF) SELECT x.* FROM %1$I.%2$I x WHERE x.%3$I = (SELECT NULL::%4$s) %5$s',
      model, 'source_' || source, key, relinsights._column_type(model, 'source_' || source, key),
      CASE WHEN key IN ('regarding_id', 'record_id')
             THEN 'AND ' || relinsights._label_filter(model, 'source_' || source, 'x.record_label', 'account')
           WHEN key = 'party_id' THEN 'AND ' || relinsights._label_filter(model, 'source_participants', 'x.side_label', 'them')
           ELSE '' END)
      INTO plan;
    IF plan::text LIKE '%"Seq Scan"%' THEN
      problem := format('no index for %s: live KPIs read all of it', key);
      advice := format('CREATE INDEX ON %s %s; or on what it reads.', relinsights._source(model, source), advice);
      RETURN NEXT;
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_indexes(text) IS 'part of models: what the live functions look up in a source without an index';

CREATE FUNCTION relinsights._check_rights(model text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  relation regclass;
  by_view_owner boolean;
BEGIN
  EXECUTE format('SELECT bool_or(subjects_by_view_owner) FROM %I.settings', model) INTO by_view_owner;
  FOREACH source IN ARRAY ARRAY['activities', 'participants', 'records', 'record_parties'] LOOP
    relation := relinsights._source(model, source);
    CONTINUE WHEN relation IS NULL;
    example := relation::text;
    IF source = 'activities' AND relinsights._hides_row_security(relation) AND NOT by_view_owner THEN
      problem := 'read with a view owner''s rights, which hides row-level security: subjects are not shown';
      advice := format('ALTER VIEW %s SET (security_invoker = true), or alter_model(%L, subjects_by_view_owner => true).', relation, model);
      RETURN NEXT;
    END IF;
    IF (SELECT c.relkind IN ('r', 'p') FROM pg_class c WHERE c.oid = relation) AND row_security_active(relation) THEN
      problem := format('row-level security limits what role "%s" reads, and so counts', current_user);
      advice := 'Let the model''s owner read every row that the KPIs should count.';
      RETURN NEXT;
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_rights(text) IS 'part of models: sources read with other rights than one might think';

CREATE FUNCTION relinsights.check_model(name text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  unreadable boolean := false;
BEGIN
  PERFORM relinsights._require_model(name);
  PERFORM relinsights._relation(name, 'source_activities');
  FOR source, problem, rows, example, advice IN SELECT * FROM relinsights._check_rows(name) LOOP
    unreadable := unreadable OR problem LIKE 'unknown label%';
    RETURN NEXT;
  END LOOP;
  RETURN QUERY SELECT * FROM relinsights._check_duplicates(name);
  IF NOT unreadable THEN
    RETURN QUERY SELECT * FROM relinsights._check_unlinked(name) u WHERE u.rows > 0;
  END IF;
  RETURN QUERY SELECT * FROM relinsights._check_indexes(name);
  RETURN QUERY SELECT * FROM relinsights._check_rights(name);
END;
$$;
COMMENT ON FUNCTION relinsights.check_model(text) IS 'scans the sources of a model and lists what will not count or stop a refresh, and why, what live KPIs need an index for, and sources read with other rights than one might think: source, problem, number of rows, one example, advice. No row: all is well. Runs with the caller''s rights. Errors: unknown model, right missing';
-- Refreshing on a schedule with pg_cron (SPEC 5.5). Everything else works without it.

CREATE FUNCTION relinsights._check_cron(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_owner(model);
  IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
    RAISE feature_not_supported USING
      MESSAGE = 'scheduling needs the extension pg_cron in this database',
      DETAIL = format('It is not installed in database "%s".', current_database()),
      HINT = format('Install the package (Debian: postgresql-%s-cron), set shared_preload_libraries = ''pg_cron'' and '
        'cron.database_name = %L, restart, CREATE EXTENSION pg_cron. Or let any scheduler CALL relinsights.refresh(%L).',
        current_setting('server_version_num')::int / 10000, current_database(), model);
  ELSIF NOT has_schema_privilege('cron', 'USAGE') THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'permission denied to schedule with pg_cron',
      DETAIL = format('Role "%s" may not use schema cron.', current_user),
      HINT = format('GRANT USAGE ON SCHEMA cron TO %I;', current_user);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_cron(text) IS 'part of models: an error unless the caller owns the model and may use pg_cron here';

CREATE FUNCTION relinsights._cron_jobs(model text, OUT what text, OUT job text, OUT command text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT v.what, format('relinsights %s of %s', v.what, model), format('CALL relinsights.%I(%L)', v.procedure, model)
  FROM (VALUES ('refresh', 'refresh'), ('similar_deals', 'refresh_similar_deals')) v(what, procedure);
END;
COMMENT ON FUNCTION relinsights._cron_jobs(text) IS 'part of models: the jobs that schedule() makes: name and command';

CREATE FUNCTION relinsights.schedule(model text, refresh_cron text DEFAULT '*/15 * * * *', similar_deals_cron text DEFAULT '0 3 * * 0')
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  j record;
BEGIN
  PERFORM relinsights._check_cron(model);
  FOR j IN SELECT * FROM relinsights._cron_jobs(model) LOOP
    EXECUTE 'SELECT cron.schedule($1, $2, $3)'
      USING j.job, CASE j.what WHEN 'refresh' THEN refresh_cron ELSE similar_deals_cron END, j.command;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights.schedule(text, text, text) IS 'lets pg_cron refresh a model (every 15 minutes) and its similar deals (Sundays at 3), or as the given cron schedules say, in pg_cron''s time zone and as the caller; calling it again changes the schedules. Errors: unknown model, not its owner, no pg_cron in this database (the HINT says how to get it and what to do without), no USAGE on schema cron, a schedule that pg_cron does not understand';

CREATE FUNCTION relinsights.unschedule(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  removed bigint;
BEGIN
  PERFORM relinsights._check_cron(model);
  EXECUTE 'SELECT count(cron.unschedule(j.jobid)) FROM cron.job j JOIN relinsights._cron_jobs($1) m ON m.job = j.jobname
           WHERE j.username = current_user AND j.database = current_database()' INTO removed USING model;
  IF removed = 0 THEN
    RAISE NOTICE USING MESSAGE = format('role "%s" has no schedule for model "%s"', current_user, model);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.unschedule(text) IS 'removes the schedules that the caller made for a model; a NOTICE where there are none. Errors: as schedule';

CREATE FUNCTION relinsights._cron_field(field text, low int, high int) RETURNS int[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- *, 5, 1-5, */15, 0-30/10 and lists of them; NULL where something else stands there.
  SELECT CASE WHEN bool_and(m.p IS NOT NULL) THEN array_agg(DISTINCT g.n ORDER BY g.n) FILTER (WHERE g.n IS NOT NULL) END
  FROM string_to_table(field, ',') part
  LEFT JOIN LATERAL regexp_match(part, '^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?$') m(p) ON true
  LEFT JOIN LATERAL generate_series(coalesce(m.p[1]::int, low),
    coalesce(m.p[2]::int, CASE WHEN m.p[1] IS NULL OR m.p[3] IS NOT NULL THEN high ELSE m.p[1]::int END),
    coalesce(m.p[3]::int, 1)) g(n) ON m.p IS NOT NULL AND g.n BETWEEN low AND high;
END;
COMMENT ON FUNCTION relinsights._cron_field(text, int, int) IS 'part of models: the numbers that one field of a cron schedule means; NULL where it is not understood';

CREATE FUNCTION relinsights._next_cron(schedule text, after timestamptz, zone text) RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT (d.day + make_interval(hours => h.hour, mins => m.minute)) AT TIME ZONE zone
  FROM (SELECT regexp_split_to_array(btrim(schedule), '\s+') AS f, after AT TIME ZONE zone AS local) s
  CROSS JOIN LATERAL (
    SELECT g.day FROM generate_series(date_trunc('day', s.local), s.local + interval '5 years', interval '1 day') g(day)
    CROSS JOIN LATERAL (SELECT
      extract(day FROM g.day)::int = ANY (relinsights._cron_field(s.f[3], 1, 31)) AS of_month,
      extract(dow FROM g.day)::int = ANY (relinsights._cron_field(replace(s.f[5], '7', '0'), 0, 6)) AS of_week) k
    WHERE cardinality(s.f) = 5 AND extract(month FROM g.day)::int = ANY (relinsights._cron_field(s.f[4], 1, 12))
      -- As cron does: if both are restricted, either will do.
      AND CASE WHEN s.f[3] LIKE '*%' OR s.f[5] LIKE '*%' THEN k.of_month AND k.of_week ELSE k.of_month OR k.of_week END
    ORDER BY g.day LIMIT 2) d
  CROSS JOIN unnest(relinsights._cron_field(s.f[2], 0, 23)) h(hour)
  CROSS JOIN unnest(relinsights._cron_field(s.f[1], 0, 59)) m(minute)
  WHERE d.day + make_interval(hours => h.hour, mins => m.minute) > s.local
  ORDER BY d.day, h.hour, m.minute LIMIT 1;
END;
COMMENT ON FUNCTION relinsights._next_cron(text, timestamptz, text) IS 'part of models: the next time that a cron schedule means; NULL where it is not understood';

CREATE FUNCTION relinsights._next_run(model text, what text) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  schedule text;
BEGIN
  -- Anyone may make a schema cron; it is pg_cron's only where pg_cron is installed.
  IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') OR NOT has_schema_privilege('cron', 'USAGE') THEN
    RETURN NULL;
  END IF;
  EXECUTE 'SELECT j.schedule FROM cron.job j JOIN relinsights._cron_jobs($1) m ON m.job = j.jobname
           WHERE m.what = $2 AND j.active AND j.database = current_database() ORDER BY j.jobid LIMIT 1'
    INTO schedule USING model, what;
  RETURN relinsights._next_cron(schedule, now(), coalesce(current_setting('cron.timezone', true), 'GMT'));
EXCEPTION WHEN insufficient_privilege THEN
  -- Newer releases of pg_cron show their time zone to pg_read_all_settings alone; a guess could be hours off.
  RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relinsights._next_run(text, text) IS 'part of models: when pg_cron runs refresh or similar_deals next, as far as the caller sees its jobs and may read the setting cron.timezone (newer pg_cron: pg_read_all_settings); NULL otherwise';
-- Similar won deals: what tells won from lost, and which won deals are most like a given one (SPEC 4; the rules are in
-- src/core/deals/deal_factors.h and src/core/deals/similar_deals.h).

CREATE TYPE relinsights.deal_profile;

CREATE FUNCTION relinsights.deal_profile_in(cstring) RETURNS relinsights.deal_profile
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_in';
COMMENT ON FUNCTION relinsights.deal_profile_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.deal_profile_out(relinsights.deal_profile) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_out';
COMMENT ON FUNCTION relinsights.deal_profile_out(relinsights.deal_profile) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.deal_profile_recv(internal) RETURNS relinsights.deal_profile
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_recv';
COMMENT ON FUNCTION relinsights.deal_profile_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.deal_profile_send(relinsights.deal_profile) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_send';
COMMENT ON FUNCTION relinsights.deal_profile_send(relinsights.deal_profile) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.deal_profile (
    INPUT = relinsights.deal_profile_in, OUTPUT = relinsights.deal_profile_out,
    RECEIVE = relinsights.deal_profile_recv, SEND = relinsights.deal_profile_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.deal_profile IS 'every closed deal, won and lost, with its attributes in columns; made by deal_agg, merged by rollup, read by deal_factors and similar_won_deals; grows with the deals: about 20 bytes each plus 1 to 4 per attribute, before compression';

CREATE CAST (relinsights.deal_profile AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.deal_profile AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.deal_profile_eq(relinsights.deal_profile, relinsights.deal_profile) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.deal_profile_eq(relinsights.deal_profile, relinsights.deal_profile) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.deal_profile_ne(relinsights.deal_profile, relinsights.deal_profile) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.deal_profile_ne(relinsights.deal_profile, relinsights.deal_profile) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.deal_profile, RIGHTARG = relinsights.deal_profile, FUNCTION = relinsights.deal_profile_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.deal_profile, relinsights.deal_profile) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.deal_profile, RIGHTARG = relinsights.deal_profile, FUNCTION = relinsights.deal_profile_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.deal_profile, relinsights.deal_profile) IS 'not equal';

CREATE FUNCTION relinsights.deal_profile_hash(relinsights.deal_profile) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.deal_profile_hash(relinsights.deal_profile) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.deal_profile_hash_extended(relinsights.deal_profile, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.deal_profile_hash_extended(relinsights.deal_profile, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.deal_profile_hash_ops DEFAULT FOR TYPE relinsights.deal_profile USING hash AS
    OPERATOR 1 relinsights.= (relinsights.deal_profile, relinsights.deal_profile),
    FUNCTION 1 relinsights.deal_profile_hash(relinsights.deal_profile),
    FUNCTION 2 relinsights.deal_profile_hash_extended(relinsights.deal_profile, bigint);
COMMENT ON OPERATOR CLASS relinsights.deal_profile_hash_ops USING hash IS 'hashing of deal_profile by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.deal_profile_hash_ops USING hash IS 'hashing of deal_profile by its bytes';

CREATE FUNCTION relinsights.deal_profile_rollup_merge(relinsights.deal_profile, relinsights.deal_profile) RETURNS relinsights.deal_profile
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_rollup_merge';
COMMENT ON FUNCTION relinsights.deal_profile_rollup_merge(relinsights.deal_profile, relinsights.deal_profile) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.deal_profile_rollup_final(relinsights.deal_profile) RETURNS relinsights.deal_profile
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_rollup_final';
COMMENT ON FUNCTION relinsights.deal_profile_rollup_final(relinsights.deal_profile) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.deal_agg_transition(internal, bigint, boolean, timestamptz, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.deal_agg_transition(internal, bigint, boolean, timestamptz, jsonb) IS 'part of deal_agg: adds one closed deal with a bigint id';

CREATE FUNCTION relinsights.deal_agg_transition(internal, uuid, boolean, timestamptz, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.deal_agg_transition(internal, uuid, boolean, timestamptz, jsonb) IS 'part of deal_agg: adds one closed deal with a uuid id';

CREATE FUNCTION relinsights.deal_agg_transition(internal, text, boolean, timestamptz, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_transition_text';
COMMENT ON FUNCTION relinsights.deal_agg_transition(internal, text, boolean, timestamptz, jsonb) IS 'part of deal_agg: adds one closed deal with a text id';

CREATE FUNCTION relinsights.deal_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_combine';
COMMENT ON FUNCTION relinsights.deal_agg_combine(internal, internal) IS 'part of deal_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.deal_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_serialize';
COMMENT ON FUNCTION relinsights.deal_agg_serialize(internal) IS 'part of deal_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.deal_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_deserialize';
COMMENT ON FUNCTION relinsights.deal_agg_deserialize(bytea, internal) IS 'part of deal_agg: takes a worker''s state';

CREATE FUNCTION relinsights.deal_agg_final(internal) RETURNS relinsights.deal_profile
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_final';
COMMENT ON FUNCTION relinsights.deal_agg_final(internal) IS 'part of deal_agg: finishes the state';

CREATE AGGREGATE relinsights.deal_agg(deal_id bigint, won boolean, closed_at timestamptz, attributes jsonb) (
    SFUNC = relinsights.deal_agg_transition, STYPE = internal, SSPACE = 16384, FINALFUNC = relinsights.deal_agg_final,
    COMBINEFUNC = relinsights.deal_agg_combine, SERIALFUNC = relinsights.deal_agg_serialize, DESERIALFUNC = relinsights.deal_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.deal_agg(bigint, boolean, timestamptz, jsonb) IS 'deal_profile of closed deals, one row each, in any order; NULL deal_id or won: ignored; NULL closed_at sorts last; attributes is a flat JSON object of numbers, strings and booleans, null or absent is missing, NULL is none of them; an array or object in it, a deal id twice, an infinite closed_at or more than 256 attribute names are errors; NULL for no rows; leave out what is only known after closing';

CREATE AGGREGATE relinsights.deal_agg(deal_id uuid, won boolean, closed_at timestamptz, attributes jsonb) (
    SFUNC = relinsights.deal_agg_transition, STYPE = internal, SSPACE = 16384, FINALFUNC = relinsights.deal_agg_final,
    COMBINEFUNC = relinsights.deal_agg_combine, SERIALFUNC = relinsights.deal_agg_serialize, DESERIALFUNC = relinsights.deal_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.deal_agg(uuid, boolean, timestamptz, jsonb) IS 'deal_profile of closed deals, one row each, in any order; NULL deal_id or won: ignored; NULL closed_at sorts last; attributes is a flat JSON object of numbers, strings and booleans, null or absent is missing, NULL is none of them; an array or object in it, a deal id twice, an infinite closed_at or more than 256 attribute names are errors; NULL for no rows; leave out what is only known after closing';

CREATE AGGREGATE relinsights.deal_agg(deal_id text, won boolean, closed_at timestamptz, attributes jsonb) (
    SFUNC = relinsights.deal_agg_transition, STYPE = internal, SSPACE = 16384, FINALFUNC = relinsights.deal_agg_final,
    COMBINEFUNC = relinsights.deal_agg_combine, SERIALFUNC = relinsights.deal_agg_serialize, DESERIALFUNC = relinsights.deal_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.deal_agg(text, boolean, timestamptz, jsonb) IS 'deal_profile of closed deals, one row each, in any order; NULL deal_id or won: ignored; NULL closed_at sorts last; attributes is a flat JSON object of numbers, strings and booleans, null or absent is missing, NULL is none of them; an array or object in it, a deal id twice, an infinite closed_at or more than 256 attribute names are errors; NULL for no rows; leave out what is only known after closing';

CREATE AGGREGATE relinsights.rollup(relinsights.deal_profile) (
    SFUNC = relinsights.deal_profile_rollup_merge, STYPE = relinsights.deal_profile, SSPACE = 2048, FINALFUNC = relinsights.deal_profile_rollup_final,
    COMBINEFUNC = relinsights.deal_profile_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.deal_profile) IS 'merges deal profiles, exactly; a deal id that is in two of them is an error; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.deal_factors(profile relinsights.deal_profile) RETURNS TABLE (attribute text, weight double precision, kind text, deals bigint, learned boolean)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'deal_factors';
COMMENT ON FUNCTION relinsights.deal_factors(relinsights.deal_profile) IS 'how much each attribute tells won from lost: weight 0..1, together 1, by weight; kind numeric or categorical; deals that have the attribute; learned is false, and all weights equal, with fewer than 30 won or 30 lost deals or where no attribute tells anything; weight = mutual information of attribute and outcome less the Miller-Madow bias, in proportion to the deals that have it (see docs/similar-deals.md); no rows for NULL';

CREATE FUNCTION relinsights.similar_won_deals(profile relinsights.deal_profile, attributes jsonb, k integer DEFAULT 10)
    RETURNS TABLE (rank integer, deal_id text, similarity double precision, contributions jsonb)
    LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'similar_won_deals';
COMMENT ON FUNCTION relinsights.similar_won_deals(relinsights.deal_profile, jsonb, integer) IS 'the k won deals most like a deal with these attributes (NULL: none known): similarity 0..1 to 9 decimals, weighted Gower; order: similarity, then latest closed, then deal_id; contributions: of each attribute with weight that either deal has, its part of the similarity; attributes the profile does not have are ignored; an array or object, or anything but a number where the profile has only numbers, is an error; k below 1 is an error; no rows for a NULL profile; for many deals use the form with arrays';

CREATE FUNCTION relinsights.similar_won_deals(profile relinsights.deal_profile, deal_ids text[], attributes jsonb[], k integer DEFAULT 10, min_similarity double precision DEFAULT 0)
    RETURNS TABLE (deal_id text, rank integer, won_deal_id text, similarity double precision, contributions jsonb)
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'similar_won_deals_of_many';
COMMENT ON FUNCTION relinsights.similar_won_deals(relinsights.deal_profile, text[], jsonb[], integer, double precision) IS 'for each of many deals (element i of both arrays) the at most k won deals most like it whose similarity is at least min_similarity (0..1), never the deal itself; reads the profile once; a NULL deal id is left out, NULL attributes: none known; arrays of different length are an error; otherwise as the form for one deal';
-- Similar won deals of a model (SPEC 4 and 5.3): what its closed deals teach, the won deals most like each open
-- one, and each deal beside their average. Refreshed on their own schedule, as they change slowly.

CREATE FUNCTION relinsights._make_deals(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  profile text := format($sql$(
    SELECT relinsights.deal_agg(r.record_id, r.state = 'won', r.closed_at, r.attributes) AS profile
    FROM %I.source_records r
    WHERE r.record_type = 'opportunity' AND r.state IN ('won', 'lost'))$sql$, model);
  id_type text := (SELECT format_type(a.atttypid, NULL) FROM pg_attribute a
                   WHERE a.attrelid = relinsights._relation(model, 'source_records') AND a.attname = 'record_id');
BEGIN
  EXECUTE format($sql$
    CREATE MATERIALIZED VIEW %I.deal_factors AS
    SELECT f.attribute, f.weight, f.kind, f.deals, f.learned
    FROM %s p CROSS JOIN LATERAL relinsights.deal_factors(p.profile) f WITH NO DATA$sql$, model, profile);
  EXECUTE format('CREATE UNIQUE INDEX deal_factors_attribute ON %I.deal_factors (attribute)', model);
  PERFORM relinsights._describe(model, 'deal_factors', 'how much each attribute tells won from lost opportunities, as of the last refresh of the similar deals', ARRAY[
    'attribute', 'attribute of the opportunities', 'weight', 'its share 0..1 in the similarity; together 1',
    'kind', 'numeric or categorical', 'deals', 'closed opportunities that have it',
    'learned', 'false: too few won or lost opportunities, or nothing to learn: all weights are equal']);

  -- The profile is read once for all open deals.
  EXECUTE format($sql$
    CREATE MATERIALIZED VIEW %1$I.similar_won_deals AS
    SELECT d.deal_id::%3$s AS record_id, d.rank, d.won_deal_id::%3$s AS won_record_id, d.similarity, d.contributions,
           k.activities, k.time_spent_by_us_hours, k.avg_response_time_by_us_hours, k.response_rate_by_us,
           k.response_rate_by_them
    FROM %2$s p
    CROSS JOIN (
      SELECT array_agg(r.record_id::text) AS ids, array_agg(r.attributes) AS attributes
      FROM %1$I.source_records r
      WHERE r.record_type = 'opportunity' AND coalesce(r.state, 'open') = 'open') o
    CROSS JOIN %1$I.settings c
    CROSS JOIN LATERAL relinsights.similar_won_deals(p.profile, o.ids, o.attributes, c.similar_deals, c.min_similarity) d
    LEFT JOIN %1$I.record_kpi k ON k.record_type = 'opportunity' AND k.record_id = d.won_deal_id::%3$s
    WITH NO DATA$sql$, model, profile, id_type);
  EXECUTE format('CREATE UNIQUE INDEX similar_won_deals_rank ON %I.similar_won_deals (record_id, rank)', model);
  PERFORM relinsights._describe(model, 'similar_won_deals', 'the won opportunities most like each open one, with their KPIs, as of the last refresh of the similar deals', ARRAY[
    'record_id', 'the open opportunity', 'rank', '1 for the most similar', 'won_record_id', 'the won opportunity',
    'similarity', '0..1, at least settings.min_similarity', 'contributions', 'what each attribute adds to the similarity',
    'activities', 'completed activities of the won opportunity', 'time_spent_by_us_hours', 'hours that our people spent on it',
    'avg_response_time_by_us_hours', 'mean hours until we answered there; NULL where we never did',
    'response_rate_by_us', 'share 0..1 of their turns that we answered there; NULL where there were none',
    'response_rate_by_them', 'share 0..1 of our turns that they answered there; NULL where there were none']);
  PERFORM relinsights._make_comparison(model);
END;
$$;
COMMENT ON FUNCTION relinsights._make_deals(text) IS 'part of models: makes deal_factors, similar_won_deals (unfilled) and opportunity_comparison';

CREATE FUNCTION relinsights._make_comparison(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kpis text[] := (SELECT array_agg(c.name ORDER BY c.ordinal) FROM relinsights._kpi_columns() c WHERE c.name !~ '_(at|since)$');
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.opportunity_comparison AS
    WITH recent AS MATERIALIZED (
      SELECT k.*, row_number() OVER (ORDER BY i.closed_at DESC NULLS LAST, i.record_id::text COLLATE "C") AS place
      FROM %1$I.record_info i JOIN %1$I.record_kpi k ON k.record_type = i.record_type AND k.record_id = i.record_id
      WHERE i.record_type = 'opportunity' AND i.state = 'won'
      ORDER BY place LIMIT 101)
    SELECT k.record_id, v.kpi, v.this_deal, v.average, v.this_deal - v.average AS difference,
           CASE WHEN f.similar THEN 'similar' ELSE 'recent' END AS compared_with, a.deals
    FROM %1$I.record_kpi k
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM %1$I.similar_won_deals s WHERE s.record_id = k.record_id) AS similar) f
    CROSS JOIN LATERAL (
      SELECT count(*) AS deals, %2$s
      FROM (SELECT %3$s FROM %1$I.similar_won_deals s
            JOIN %1$I.record_kpi w ON w.record_type = 'opportunity' AND w.record_id = s.won_record_id
            WHERE f.similar AND s.record_id = k.record_id
            UNION ALL
            (SELECT %3$s FROM recent w WHERE NOT f.similar AND w.record_id <> k.record_id ORDER BY w.place LIMIT 100)) w) a
    CROSS JOIN LATERAL (VALUES %4$s) v(kpi, this_deal, average)
    WHERE k.record_type = 'opportunity'$sql$, model,
    (SELECT string_agg(format('avg(w.%1$I)::double precision AS %1$I', c), ', ' ORDER BY n) FROM unnest(kpis) WITH ORDINALITY u(c, n)),
    (SELECT string_agg(format('w.%I', c), ', ' ORDER BY n) FROM unnest(kpis) WITH ORDINALITY u(c, n)),
    (SELECT string_agg(format('(%1$L, k.%1$I::double precision, a.%1$I)', c), ', ' ORDER BY n) FROM unnest(kpis) WITH ORDINALITY u(c, n)));
  PERFORM relinsights._describe(model, 'opportunity_comparison', 'each KPI of an opportunity beside its average over the similar won ones; one row per opportunity and KPI', ARRAY[
    'record_id', 'the opportunity', 'kpi', 'name of the KPI: a column of record_kpi',
    'this_deal', 'its value for the opportunity', 'average', 'its mean over the won opportunities compared with; those without it are left out',
    'difference', 'this_deal - average',
    'compared_with', 'similar: its similar won opportunities; recent: it has none, so the 100 most recently won others',
    'deals', 'number of won opportunities compared with']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_comparison(text) IS 'part of models: makes opportunity_comparison';

CREATE FUNCTION relinsights._refresh_deals(model text, concurrent boolean) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  rows bigint;
BEGIN
  IF NOT (SELECT c.relispopulated FROM pg_class c WHERE c.oid = relinsights._relation(model, 'record_kpi')) THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = format('model "%s" was never refreshed', model),
      DETAIL = 'The similar deals carry the KPIs of the won opportunities.',
      HINT = format('CALL relinsights.refresh(%L); fills both.', model);
  END IF;
  PERFORM relinsights._refresh_view(model, 'deal_factors', concurrent);
  PERFORM relinsights._refresh_view(model, 'similar_won_deals', concurrent);
  EXECUTE format('SELECT count(*) FROM %I.similar_won_deals', model) INTO rows;
  RETURN rows;
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_deals(text, boolean) IS 'part of models: refreshes deal_factors and similar_won_deals and gives the number of rows of the latter';

CREATE PROCEDURE relinsights.refresh_similar_deals(model text, concurrently boolean DEFAULT true)
LANGUAGE plpgsql
AS $$
BEGIN
  CALL relinsights._run_refresh(model, 'similar_deals', "concurrently");
END;
$$;
COMMENT ON PROCEDURE relinsights.refresh_similar_deals(text, boolean) IS 'refreshes deal_factors and similar_won_deals of a model, for its owner, and logs it as similar_deals in the model''s refresh_log; otherwise as relinsights.refresh(). Errors: those of refresh, a model never refreshed, attributes that are no flat object, a closed opportunity twice';
-- The summary that people read (SPEC 3.10). Which sentences a record's KPIs make and how each language words them is in
-- src/core/words/sentences.h and src/core/words/language/; here the KPIs are fetched from a model's views.

CREATE FUNCTION relinsights._sentences(facts jsonb, language text) RETURNS text[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_sentences';
COMMENT ON FUNCTION relinsights._sentences(jsonb, text) IS 'part of summary: the sentences that the facts of a record make, most telling first; facts as _facts_sql() selects them. Errors: unknown language, facts that are none';

CREATE FUNCTION relinsights._labels(language text) RETURNS jsonb
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_labels';
COMMENT ON FUNCTION relinsights._labels(text) IS 'part of insights: every label of a record form in a language, by name. Error: unknown language';

CREATE FUNCTION relinsights._length(hours double precision, language text, effort boolean DEFAULT false) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_length';
COMMENT ON FUNCTION relinsights._length(double precision, text, boolean) IS 'part of insights: hours as sentences say them: minutes below 1 hour, tenths of an hour below 10, hours below 48, then days of 24 hours (tenths below 10); effort: never days. Errors: unknown language, infinite or NaN hours';

CREATE FUNCTION relinsights._require_language(language text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF language IS NULL OR language <> ALL (relinsights.languages()) THEN
    RAISE invalid_parameter_value USING
      MESSAGE = format('unknown language "%s"', coalesce(language, 'NULL')),
      HINT = format('Known languages: %s.', array_to_string(relinsights.languages(), ', '));
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_language(text) IS 'part of summary: an error that lists the known languages unless this is one';

CREATE FUNCTION relinsights._require_refreshed(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT (SELECT bool_and(c.relispopulated) FROM pg_class c
          WHERE c.oid IN (relinsights._relation(model, 'record_kpi'), relinsights._relation(model, 'similar_won_deals'))) THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = format('model "%s" has never been refreshed', model),
      HINT = format('CALL relinsights.refresh(%L);', model);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_refreshed(text) IS 'part of summary: an error unless a model of this name exists and holds KPIs';

CREATE FUNCTION relinsights._require_readable(model text, relations text[]) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  missing text;
BEGIN
  SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ' ORDER BY c.relname) INTO missing
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = model AND c.relname = ANY (relations) AND NOT has_table_privilege(c.oid, 'SELECT');
  IF missing IS NULL AND has_schema_privilege(model, 'USAGE') THEN
    RETURN;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = format('permission denied for model "%s"', model),
    DETAIL = format('Role "%s" may not read %s.', current_user, coalesce(missing, format('schema %I', model))),
    HINT = concat_ws(' ', CASE WHEN NOT has_schema_privilege(model, 'USAGE')
                          THEN format('GRANT USAGE ON SCHEMA %I TO %I;', model, current_user) END,
                     format('GRANT SELECT ON %s TO %I;', missing, current_user));
END;
$$;
COMMENT ON FUNCTION relinsights._require_readable(text, text[]) IS 'part of summary: an error, with the GRANTs that help, unless the caller may read these relations of a model';

CREATE FUNCTION relinsights._differences_sql(model text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- The rows of opportunity_comparison that sentences are made of, as one row per opportunity.
  SELECT format('SELECT o.record_id, min(o.compared_with) AS compared_with, %s FROM %I.opportunity_comparison o '
                'WHERE o.kpi IN (%s) GROUP BY o.record_id',
                string_agg(format('max(o.difference) FILTER (WHERE o.kpi = %L) AS %I', d.kpi, d.kpi || '_difference'), ', '),
                model, string_agg(quote_literal(d.kpi), ', '))
  FROM unnest(ARRAY['avg_response_time_by_us_hours', 'time_spent_by_us_hours', 'activities', 'response_rate_by_us',
                    'response_rate_by_them']) d(kpi);
END;
COMMENT ON FUNCTION relinsights._differences_sql(text) IS 'part of summary: SQL for how each opportunity differs from won deals';

CREATE FUNCTION relinsights._facts_sql(model text, condition text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format($sql$
    SELECT k.record_type, k.record_id, c.language, jsonb_build_object(
      'record_type', k.record_type,
      'emails_sent', k.emails_sent, 'emails_received', k.emails_received,
      'meetings_sent', k.meetings_sent, 'meetings_received', k.meetings_received,
      'phone_calls_made', k.phone_calls_made, 'phone_calls_received', k.phone_calls_received,
      'avg_response_time_by_us_hours', k.avg_response_time_by_us_hours,
      'avg_response_time_by_them_hours', k.avg_response_time_by_them_hours,
      'time_spent_by_us_hours', k.time_spent_by_us_hours, 'time_spent_by_them_hours', k.time_spent_by_them_hours,
      'score', h.score, 'grade', h.grade, 'trend', h.trend,
      'next_at', to_char(n.next_interaction_at AT TIME ZONE c.time_zone, 'YYYY-MM-DD HH24:MI'), 'next_kind', n.next_kind,
      'last_at', to_char(n.last_interaction_at AT TIME ZONE c.time_zone, 'YYYY-MM-DD HH24:MI'), 'last_kind', n.last_kind,
      'compared_with', d.compared_with,
      'avg_response_time_by_us_hours_difference', d.avg_response_time_by_us_hours_difference,
      'time_spent_by_us_hours_difference', d.time_spent_by_us_hours_difference,
      'activities_difference', d.activities_difference,
      'response_rate_by_us_difference', d.response_rate_by_us_difference,
      'response_rate_by_them_difference', d.response_rate_by_them_difference) AS facts
    FROM %1$I.record_kpi k
    CROSS JOIN %1$I.settings c
    LEFT JOIN %1$I.relationship_health h ON h.record_type = k.record_type AND h.record_id = k.record_id
    LEFT JOIN %1$I.next_and_last_interaction n ON n.record_type = k.record_type AND n.record_id = k.record_id
    LEFT JOIN (%2$s) d ON k.record_type = 'opportunity' AND d.record_id = k.record_id
    WHERE %3$s$sql$, model, relinsights._differences_sql(model), condition);
END;
COMMENT ON FUNCTION relinsights._facts_sql(text, text) IS 'part of summary: SQL for what sentences are made of (record_type, record_id, language, facts) of those records k that meet the condition';

CREATE FUNCTION relinsights._record_condition(model text, record_type relinsights.record_type, record_id text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  id_type text := relinsights._column_type(model, 'record_kpi', 'record_id');
BEGIN
  -- Cast by itself first: the error for an id that is none is then a short one.
  EXECUTE format('SELECT $1::%s::text', id_type) INTO record_id USING record_id;
  RETURN format('k.record_type = %L AND k.record_id = %L::%s', record_type, record_id, id_type);
END;
$$;
COMMENT ON FUNCTION relinsights._record_condition(text, relinsights.record_type, text) IS 'part of summary: SQL for k being this record';

CREATE FUNCTION relinsights.summary(model text, record_type relinsights.record_type, record_id text, language text DEFAULT 'en')
RETURNS SETOF text LANGUAGE plpgsql STABLE ROWS 8
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
  PERFORM relinsights._require_language(language);
  PERFORM relinsights._require_refreshed(model);
  PERFORM relinsights._require_readable(model, '{record_kpi,settings,relationship_health,next_and_last_interaction,opportunity_comparison}');
  RETURN QUERY EXECUTE format('SELECT s.sentence FROM (%s) f CROSS JOIN LATERAL '
    'unnest(relinsights._sentences(f.facts, $1)) WITH ORDINALITY s(sentence, number) ORDER BY s.number',
    relinsights._facts_sql(model, relinsights._record_condition(model, record_type, record_id))) USING language;
END;
$$;
COMMENT ON FUNCTION relinsights.summary(text, relinsights.record_type, text, text) IS 'what a record''s KPIs say, in sentences, most telling first, as of the last refresh (health, next interaction and opt-out as of now); no row for an unknown record. Runs with the caller''s rights: needs SELECT on the model''s record_kpi, settings, relationship_health, next_and_last_interaction and opportunity_comparison. Errors: unknown language, unknown model, a model never refreshed, id of another type, right missing';

CREATE FUNCTION relinsights._make_summary(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.record_summary AS
    SELECT f.record_type, f.record_id, s.number::int AS sentence_number, s.sentence
    FROM (%2$s) f
    CROSS JOIN LATERAL unnest(relinsights._sentences(f.facts, f.language)) WITH ORDINALITY s(sentence, number)$sql$,
    model, relinsights._facts_sql(model, 'true'));
  PERFORM relinsights._describe(model, 'record_summary', 'what the KPIs of every record say, in sentences in the model''s language, as of the last refresh; health, next interaction and opt-out as of now', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'sentence_number', '1 for the most telling sentence of the record', 'sentence', 'one sentence']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_summary(text) IS 'part of models: makes record_summary, after the views it reads';
-- Everything a record form shows, as one document: docs/insights.md describes its shape. One function per widget words and
-- shapes what _raw_insights() fetched (raw) with the labels of a language; figures come from the model's views as they are.

CREATE FUNCTION relinsights._raw_sql(model text, condition text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Every member is fetched only for the one record, through the indexes below the views.
  SELECT format($sql$
    SELECT jsonb_build_object('record_type', k.record_type, 'record_id', k.record_id::text, 'name', i.name,
      'time_zone', c.time_zone,
      'refreshed_at', (SELECT max(l.started) FROM %1$I.refresh_log l
                       WHERE l.what = 'refresh' AND l.finished IS NOT NULL AND l.error IS NULL),
      'kpi', (SELECT to_jsonb(x) FROM (SELECT %2$s) x),
      'health', (SELECT to_jsonb(h) FROM %1$I.relationship_health h
                 WHERE h.record_type = k.record_type AND h.record_id = k.record_id),
      'times', (SELECT to_jsonb(n) FROM %1$I.next_and_last_interaction n
                WHERE n.record_type = k.record_type AND n.record_id = k.record_id),
      'contacts', (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.side, t.rank) FROM %1$I.top_contacts t
                   WHERE t.record_type = k.record_type AND t.record_id = k.record_id),
      'days', (SELECT jsonb_build_object('day', jsonb_agg(a.day ORDER BY a.day),
                 'emails_sent', jsonb_agg(a.emails_sent ORDER BY a.day),
                 'emails_received', jsonb_agg(a.emails_received ORDER BY a.day),
                 'meetings_sent', jsonb_agg(a.meetings_sent ORDER BY a.day),
                 'meetings_received', jsonb_agg(a.meetings_received ORDER BY a.day),
                 'phone_calls_made', jsonb_agg(a.calls_made ORDER BY a.day),
                 'phone_calls_received', jsonb_agg(a.calls_received ORDER BY a.day))
               FROM %1$I.relationship_activity a WHERE a.record_type = k.record_type AND a.record_id = k.record_id),
      'similar', CASE WHEN k.record_type = 'opportunity' THEN
        (SELECT coalesce(jsonb_agg(to_jsonb(s) || jsonb_build_object('name', w.name) ORDER BY s.rank), '[]')
         FROM %1$I.similar_won_deals s
         LEFT JOIN %1$I.record_info w ON w.record_type = 'opportunity' AND w.record_id = s.won_record_id
         WHERE s.record_id = k.record_id) END,
      'comparison', CASE WHEN k.record_type = 'opportunity' THEN
        (SELECT coalesce(jsonb_agg(to_jsonb(o)), '[]') FROM %1$I.opportunity_comparison o WHERE o.record_id = k.record_id) END)
    FROM %1$I.record_kpi k
    CROSS JOIN %1$I.settings c
    LEFT JOIN %1$I.record_info i ON i.record_type = k.record_type AND i.record_id = k.record_id
    WHERE %3$s$sql$, model,
    (SELECT string_agg(format('k.%I', n.name), ', ' ORDER BY n.ordinal) FROM relinsights._kpi_columns() n),
    condition);
END;
COMMENT ON FUNCTION relinsights._raw_sql(text, text) IS 'part of insights: SQL for what a model holds about the record k that meets the condition, as one jsonb';

CREATE FUNCTION relinsights._local_text(at timestamptz, time_zone text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT to_char(at AT TIME ZONE time_zone, 'YYYY-MM-DD HH24:MI');
END;
COMMENT ON FUNCTION relinsights._local_text(timestamptz, text) IS 'part of insights: a time in the model''s time zone, for people';

CREATE FUNCTION relinsights._utc_text(at timestamptz) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
END;
COMMENT ON FUNCTION relinsights._utc_text(timestamptz) IS 'part of insights: a time in UTC (ISO 8601), for programs';

CREATE FUNCTION relinsights._figure_text(value double precision, unit text, language text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE unit
    WHEN 'hours' THEN relinsights._length(value, language)
    WHEN 'effort' THEN relinsights._length(value, language, true)
    WHEN 'share' THEN (sign(value) * floor(abs(value) * 100 + 0.5))::numeric::text || '%'
    WHEN 'ratio' THEN round(value::numeric, 2)::text
    ELSE trim_scale(round(value::numeric, 1))::text END;
END;
COMMENT ON FUNCTION relinsights._figure_text(double precision, text, text) IS 'part of insights: a figure for people; unit: hours, effort (hours that never become days), share (0..1, as whole per cent), ratio (two decimals), count (at most one decimal)';

CREATE FUNCTION relinsights._figure(label text, value jsonb, unit text, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- jsonb null is a figure that is not known.
  SELECT jsonb_build_object('label', label, 'value', value,
    'text', relinsights._figure_text(nullif(value, 'null')::double precision, unit, language));
END;
COMMENT ON FUNCTION relinsights._figure(text, jsonb, text, text) IS 'part of insights: {label, value, text}; value and text are null where the KPI is NULL';

CREATE FUNCTION relinsights._figures(l jsonb, kpi jsonb, names text[], unit text, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_object_agg(n.name, relinsights._figure(l ->> n.name, kpi -> n.name, unit, language))
  FROM unnest(names) n(name);
END;
COMMENT ON FUNCTION relinsights._figures(jsonb, jsonb, text[], text, text) IS 'part of insights: one figure for each of the KPIs named, by its name';

CREATE FUNCTION relinsights._both_sides(l jsonb, kpi jsonb, us text, them text, unit text, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('us', relinsights._figure(l ->> CASE unit WHEN 'ratio' THEN 'by_us' ELSE 'us' END, kpi -> us, unit, language),
    'them', relinsights._figure(l ->> CASE unit WHEN 'ratio' THEN 'by_them' ELSE 'them' END, kpi -> them, unit, language));
END;
COMMENT ON FUNCTION relinsights._both_sides(jsonb, jsonb, text, text, text, text) IS 'part of insights: the figures of us and of them';

CREATE FUNCTION relinsights._kpi_widgets(l jsonb, kpi jsonb, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object(
    'customer_interactions', jsonb_build_object('label', l -> 'customer_interactions')
      || relinsights._figures(l, kpi, '{activities,emails_sent,emails_received,meetings_sent,meetings_received,phone_calls_made,phone_calls_received,tasks_completed,other_activities}', 'count', language),
    'time_spent', jsonb_build_object('label', l -> 'time_spent')
      || relinsights._both_sides(l, kpi, 'time_spent_by_us_hours', 'time_spent_by_them_hours', 'effort', language),
    'response_time', jsonb_build_object('label', l -> 'response_time')
      || relinsights._both_sides(l, kpi, 'avg_response_time_by_us_hours', 'avg_response_time_by_them_hours', 'hours', language),
    'response_rate', jsonb_build_object('label', l -> 'response_rate')
      || relinsights._both_sides(l, kpi, 'response_rate_by_us', 'response_rate_by_them', 'share', language),
    'email_ratio', jsonb_build_object('label', l -> 'email_ratio')
      || relinsights._both_sides(l, kpi, 'email_ratio_by_us', 'email_ratio_by_them', 'ratio', language),
    'email_engagement', jsonb_build_object('label', l -> 'email_engagement')
      || relinsights._figures(l, kpi, '{followed_emails}', 'count', language)
      || relinsights._figures(l, kpi, '{open_rate,link_click_rate,attachment_view_rate,reply_rate}', 'share', language));
END;
COMMENT ON FUNCTION relinsights._kpi_widgets(jsonb, jsonb, text) IS 'part of insights: the widgets that show plain KPIs, for every record type';

CREATE FUNCTION relinsights._health_widget(l jsonb, health jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> 'relationship_health', 'state', health -> 'state', 'as_of', health -> 'as_of',
    'score', health -> 'score', 'grade', health -> 'grade', 'trend', health -> 'trend',
    'grade_label', l -> coalesce(health ->> 'grade', 'not_enough_info'), 'trend_label', l -> (health ->> 'trend'),
    'parts', (SELECT jsonb_object_agg(p.name, jsonb_build_object('label', l -> p.name, 'value', health -> p.name))
              FROM unnest('{activity,recency,engagement}'::text[]) p(name)));
END;
COMMENT ON FUNCTION relinsights._health_widget(jsonb, jsonb) IS 'part of insights: score, grade, trend and parts, a row of relationship_health';

CREATE FUNCTION relinsights._time_widget(l jsonb, times jsonb, place text, time_zone text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> (place || '_interaction'), 'at', relinsights._utc_text(t.at),
    'text', coalesce(relinsights._local_text(t.at, time_zone), l ->> 'none'),
    'kind', times -> (place || '_kind'), 'kind_label', l -> (times ->> (place || '_kind')),
    'direction', times -> (place || '_direction'), 'activity_id', times ->> (place || '_activity_id'),
    'subject', times -> (place || '_subject'))
  FROM (SELECT (times ->> (place || '_interaction_at'))::timestamptz AS at) t;
END;
COMMENT ON FUNCTION relinsights._time_widget(jsonb, jsonb, text, text) IS 'part of insights: the next or last interaction, from a row of next_and_last_interaction';

CREATE FUNCTION relinsights._people_widget(l jsonb, label text, contacts jsonb, side text, time_zone text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> label, 'people', coalesce(jsonb_agg(
    jsonb_build_object('rank', p -> 'rank', 'party_id', p ->> 'party_id', 'interactions', p -> 'interactions',
      'emails', p -> 'emails', 'meetings', p -> 'meetings', 'phone_calls', p -> 'phone_calls',
      'initiated_by_us', p -> 'initiated_by_us', 'initiated_by_them', p -> 'initiated_by_them',
      'last_interaction_at', relinsights._utc_text((p ->> 'last_interaction_at')::timestamptz),
      'last_interaction_text', relinsights._local_text((p ->> 'last_interaction_at')::timestamptz, time_zone))
    ORDER BY (p ->> 'rank')::int), '[]'))
  FROM jsonb_array_elements(nullif(contacts, 'null')) p WHERE p ->> 'side' = side;
END;
COMMENT ON FUNCTION relinsights._people_widget(jsonb, text, jsonb, text, text) IS 'part of insights: the people of one side with most interactions, from rows of top_contacts';

CREATE FUNCTION relinsights._days_widget(l jsonb, days jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> 'relationship_activities', 'from', days #> '{day,0}', 'until', days #> '{day,-1}',
    'days', jsonb_array_length(nullif(days -> 'day', 'null')),
    'series', (SELECT jsonb_agg(jsonb_build_object('name', s.name, 'label', l -> s.name, 'values', days -> s.name,
                 'total', (SELECT sum(v::bigint) FROM jsonb_array_elements_text(nullif(days -> s.name, 'null')) v)) ORDER BY s.place)
               FROM unnest('{emails_sent,emails_received,meetings_sent,meetings_received,phone_calls_made,phone_calls_received}'::text[])
                 WITH ORDINALITY s(name, place)));
END;
COMMENT ON FUNCTION relinsights._days_widget(jsonb, jsonb) IS 'part of insights: the six series of the last days, oldest first, from rows of relationship_activity';

CREATE FUNCTION relinsights._deal_kpis(OUT place int, OUT kpi text, OUT label text, OUT side text, OUT unit text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT row_number() OVER ()::int, v.kpi, v.label, v.side, v.unit
  FROM (VALUES ('activities', 'activities', NULL, 'count'),
               ('time_spent_by_us_hours', 'time_spent', 'us', 'effort'),
               ('avg_response_time_by_us_hours', 'response_time', 'us', 'hours'),
               ('response_rate_by_us', 'response_rate', 'us', 'share'),
               ('response_rate_by_them', 'response_rate', 'them', 'share')) v(kpi, label, side, unit);
END;
COMMENT ON FUNCTION relinsights._deal_kpis() IS 'part of insights: the KPIs that deals are compared by, with their labels and units';

CREATE FUNCTION relinsights._deal_kpi_label(l jsonb, label text, side text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT concat(l ->> label, ' (' || (l ->> side) || ')');
END;
COMMENT ON FUNCTION relinsights._deal_kpi_label(jsonb, text, text) IS 'part of insights: label of a KPI that deals are compared by, with whose it is';

CREATE FUNCTION relinsights._similar_widget(l jsonb, similar_deals jsonb, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> 'similar_won_deals', 'deals', coalesce(jsonb_agg(
    jsonb_build_object('rank', d -> 'rank', 'record_id', d ->> 'won_record_id', 'name', d -> 'name',
      'similarity', relinsights._figure(l ->> 'similarity', d -> 'similarity', 'share', language),
      'contributions', d -> 'contributions')
    || (SELECT jsonb_object_agg(k.kpi, relinsights._figure(relinsights._deal_kpi_label(l, k.label, k.side), d -> k.kpi, k.unit, language))
        FROM relinsights._deal_kpis() k)
    ORDER BY (d ->> 'rank')::int), '[]'))
  FROM jsonb_array_elements(similar_deals) d;
END;
COMMENT ON FUNCTION relinsights._similar_widget(jsonb, jsonb, text) IS 'part of insights: the similar won deals with their KPIs, from rows of similar_won_deals';

CREATE FUNCTION relinsights._comparison_widget(l jsonb, comparison jsonb, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> 'comparison', 'compared_with', comparison #> '{0,compared_with}',
    'this_deal_label', l -> 'this_deal', 'difference_label', l -> 'difference',
    'average_label', l -> CASE comparison #>> '{0,compared_with}' WHEN 'recent' THEN 'recent_won_deals' ELSE 'similar_won_deals' END,
    'kpis', coalesce(jsonb_agg(jsonb_build_object('kpi', k.kpi, 'label', relinsights._deal_kpi_label(l, k.label, k.side),
      'this_deal', relinsights._figure(l ->> 'this_deal', c -> 'this_deal', k.unit, language),
      'average', relinsights._figure(l ->> CASE c ->> 'compared_with' WHEN 'recent' THEN 'recent_won_deals' ELSE 'similar_won_deals' END,
        c -> 'average', k.unit, language),
      'difference', relinsights._figure(l ->> 'difference', c -> 'difference', k.unit, language) || CASE
        -- The difference of two shares is told in points: -13% would read as a share of a share.
        WHEN k.unit = 'share' THEN jsonb_build_object('text', rtrim(
          relinsights._figure_text(nullif(c -> 'difference', 'null')::double precision, 'share', language), '%') || (l ->> 'points'))
        ELSE '{}' END) ORDER BY k.place), '[]'))
  FROM jsonb_array_elements(comparison) c JOIN relinsights._deal_kpis() k ON k.kpi = c ->> 'kpi';
END;
COMMENT ON FUNCTION relinsights._comparison_widget(jsonb, jsonb, text) IS 'part of insights: each KPI of an opportunity beside the average of won deals, from rows of opportunity_comparison';

CREATE FUNCTION relinsights._widgets_of(record_type text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT array_agg(w.name ORDER BY w.place)
  FROM (VALUES (1, 'summary', '{account,contact,opportunity,lead}'::text[]),
    (2, 'relationship_health', '{contact,opportunity,lead}'),
    (3, 'next_interaction', '{opportunity,lead}'), (4, 'last_interaction', '{opportunity,lead}'),
    (5, 'most_contacted', '{account,contact,opportunity,lead}'), (6, 'most_contacted_by', '{account,contact,opportunity,lead}'),
    (7, 'customer_interactions', '{account,contact,opportunity,lead}'), (8, 'time_spent', '{account,contact,opportunity,lead}'),
    (9, 'response_time', '{account,contact,opportunity,lead}'), (10, 'response_rate', '{account,contact,opportunity,lead}'),
    (11, 'email_ratio', '{account,contact,opportunity,lead}'), (12, 'email_engagement', '{account,contact,opportunity,lead}'),
    (13, 'relationship_activities', '{account,contact,opportunity,lead}'),
    (14, 'similar_won_deals', '{opportunity}'), (15, 'comparison', '{opportunity}')) w(place, name, types)
  WHERE _widgets_of.record_type = ANY (w.types);
END;
COMMENT ON FUNCTION relinsights._widgets_of(text) IS 'part of insights: the widgets that apply to a record type, in the order of a form';

CREATE FUNCTION relinsights._widgets(l jsonb, raw jsonb, sentences text[], language text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- A widget of which the model has nothing (a closed deal has no health) is NULL and left out below.
  SELECT relinsights._kpi_widgets(l, raw -> 'kpi', language) || (
    SELECT jsonb_object_agg(w.name, w.widget) FROM (VALUES
      ('summary', jsonb_build_object('label', l -> 'summary', 'sentences', to_jsonb(sentences))),
      ('relationship_health', CASE WHEN raw ->> 'health' IS NOT NULL THEN relinsights._health_widget(l, raw -> 'health') END),
      ('next_interaction', CASE WHEN raw ->> 'times' IS NOT NULL
         THEN relinsights._time_widget(l, raw -> 'times', 'next', raw ->> 'time_zone') END),
      ('last_interaction', CASE WHEN raw ->> 'times' IS NOT NULL
         THEN relinsights._time_widget(l, raw -> 'times', 'last', raw ->> 'time_zone') END),
      ('most_contacted', relinsights._people_widget(l, 'most_contacted', raw -> 'contacts', 'them', raw ->> 'time_zone')),
      ('most_contacted_by', relinsights._people_widget(l, 'most_contacted_by', raw -> 'contacts', 'us', raw ->> 'time_zone')),
      ('relationship_activities', relinsights._days_widget(l, raw -> 'days')),
      ('similar_won_deals', CASE WHEN raw ->> 'similar' IS NOT NULL
         THEN relinsights._similar_widget(l, raw -> 'similar', language) END),
      ('comparison', CASE WHEN raw ->> 'comparison' IS NOT NULL
         THEN relinsights._comparison_widget(l, raw -> 'comparison', language) END)) w(name, widget)
    WHERE w.widget IS NOT NULL);
END;
COMMENT ON FUNCTION relinsights._widgets(jsonb, jsonb, text[], text) IS 'part of insights: every widget by its name';

CREATE FUNCTION relinsights.insights(model text, record_type relinsights.record_type, record_id text, language text DEFAULT 'en')
RETURNS jsonb LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  condition text;
  raw jsonb;
  all_widgets jsonb;
  shown text[];
  l jsonb;
BEGIN
  PERFORM relinsights._require_language(language);
  PERFORM relinsights._require_refreshed(model);
  PERFORM relinsights._require_readable(model, '{record_kpi,settings,relationship_health,next_and_last_interaction,opportunity_comparison,record_info,refresh_log,top_contacts,relationship_activity,similar_won_deals}');
  l := relinsights._labels(language);
  condition := relinsights._record_condition(model, record_type, record_id);
  EXECUTE relinsights._raw_sql(model, condition) INTO raw;
  IF raw IS NULL THEN
    RETURN NULL;
  END IF;
  all_widgets := relinsights._widgets(l, raw,
    ARRAY(SELECT s FROM relinsights.summary(model, record_type, record_id, language) s), language);
  SELECT array_agg(w.name ORDER BY w.place) INTO shown
  FROM unnest(relinsights._widgets_of(record_type::text)) WITH ORDINALITY w(name, place) WHERE all_widgets ? w.name;
  RETURN jsonb_build_object('model', model, 'language', language, 'record_type', record_type, 'label', l -> record_type::text,
      'record_id', raw -> 'record_id', 'name', raw -> 'name', 'time_zone', raw -> 'time_zone',
      'refreshed_at', relinsights._utc_text((raw ->> 'refreshed_at')::timestamptz),
      'refreshed_label', l -> 'refreshed_at',
      'refreshed_text', relinsights._local_text((raw ->> 'refreshed_at')::timestamptz, raw ->> 'time_zone'),
      'widgets', to_jsonb(shown))
    || (SELECT jsonb_object_agg(w.key, w.value) FROM jsonb_each(all_widgets) w WHERE w.key = ANY (shown));
END;
$$;
COMMENT ON FUNCTION relinsights.insights(text, relinsights.record_type, text, text) IS 'everything a record form shows about a record, as of the last refresh (health, next interaction and opt-out as of now): the widgets that apply to its type, with their labels in the language; the shape is in docs/insights.md. NULL for an unknown record. Runs with the caller''s rights: needs SELECT on the model''s views, subjects only of activities the caller may read. Errors: unknown language, unknown model, a model never refreshed, id of another type, right missing';

CREATE FUNCTION relinsights._page(insights jsonb) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_page';
COMMENT ON FUNCTION relinsights._page(jsonb) IS 'part of page: a document of insights() as text for a terminal. Errors: a document that is none, a database that is not UTF8';

CREATE FUNCTION relinsights.page(model text, record_type relinsights.record_type, record_id text, language text DEFAULT 'en')
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT relinsights._page(relinsights.insights(model, record_type, record_id, language));
END;
COMMENT ON FUNCTION relinsights.page(text, relinsights.record_type, text, text) IS 'what insights() gives, as text for a terminal: aligned by display width, with bars and sparklines; NULL for an unknown record. In psql: \pset format unaligned, \pset tuples_only on. Errors: those of insights(), and a database that is not UTF8';
